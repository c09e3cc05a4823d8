#!/bin/bash
# whitespace.sh: no blanks at line ends, no blanks before tabs, no carriage returns, and a line end
# at the end of every file.  Data and expected output are what they are.

# shellcheck disable=SC2016 # the shell in awk expands it
find . \( -name .git -o -path ./build -o -path './tmp_*' -o -path './results' -o -path './output_iso' \) -prune -o -type f \
	\( -name '*.[ch]' -o -name '*.sql' -o -name '*.sh' -o -name '*.p[lm]' -o -name '*.spec' -o -name '*.md' \
	-o -name '*.mk' -o -name 'Makefile' -o -name '*.control' -o -name '*.map' -o -name '*.conf' \) \
	-not -name 'pg_ingest--*' -print0 |
	xargs -0 -r awk '
		FNR == 1 { files[++count] = FILENAME }
		/[ \t]$/ { print FILENAME ":" FNR ": blanks at the end of the line"; failed = 1 }
		/^\t* +\t/ { print FILENAME ":" FNR ": blanks before a tab"; failed = 1 }
		/\r/ { print FILENAME ":" FNR ": carriage return"; failed = 1 }
		END {
			for (i = 1; i <= count; i++)
				if (system("test -z \"$(tail -c 1 \047" files[i] "\047)\"") != 0) {
					print files[i] ": no line end at the end"; failed = 1
				}
			exit failed
		}'
