#!/bin/bash
# file_heads.sh: every source and script opens with a comment that starts with its own name.

status=0
while IFS= read -r file; do
	head -3 "$file" | grep -qE "^(#|--| \*|/\*) *(.*/)?$(basename "$file"): " || {
		echo "$file: does not open with \"$(basename "$file"): what it is for\""
		status=1
	}
done < <(find src test scripts \( -name '*.[ch]' -o -name '*.sh' \) | sort)
exit $status
