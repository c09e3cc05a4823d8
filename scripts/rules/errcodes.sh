#!/bin/bash
# errcodes.sh: every ereport() that raises an error has an errcode; elog() is for what cannot happen.

find src -name '*.c' -exec awk '
	FNR == 1 { depth = 0 }
	{ line = $0; gsub(/"([^"\\]|\\.)*"/, "\"\"", line) }
	depth == 0 && match(line, /(^|[^a-z_])ereport\((ERROR|FATAL|PANIC|elevel|level)/) {
		where = FILENAME ":" FNR
		call = ""; depth = 0
		line = substr(line, RSTART)
		open = 1
	}
	open {
		call = call line
		opened = gsub(/\(/, "(", line); closed = gsub(/\)/, ")", line)
		depth += opened - closed
		if (depth <= 0) {
			if (call !~ /errcode/) { print where ": ereport without errcode"; failed = 1 }
			open = 0; depth = 0
		}
	}
	END { exit failed }' {} +
