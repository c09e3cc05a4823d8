#!/bin/bash
# message_style.sh: messages follow PostgreSQL's error message style guide, as far as a script can tell.
#
# A primary message starts in lower case, has no period, and says "could not" or "cannot"; detail and
# hint are full sentences, or end with a statement to be run.

status=0
while IFS= read -r file; do
	tr '\n\t' '  ' <"$file" | sed 's/\\"/\x01/g; s/" *[A-Z][A-Za-z0-9_]* *"/%d/g; s/" *"//g' |
		grep -oE '\berr(msg|detail|hint)(_plural|_internal)?\( *"[^"]*"' |
		grep -E '^errmsg[^"]*"[A-Z][a-z]|^errmsg.*\."$|(unable to|can'\''t|illegal)|^err(detail|hint)[^"]*"[a-z]|^err(detail|hint).*[^.?!;s]"$' |
		sed "s,^,$file: ,; s/\x01/\\\\\"/g" | grep . && status=1
done < <(find src -name '*.c')
exit $status
