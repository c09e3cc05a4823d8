#!/bin/bash
# function_size.sh: no function over 100 lines (braces included) or with more than 6 parameters;
# functions over 60 lines are listed, for review.  Relies on braces in the first column.

find src test -name '*.c' -exec awk '
	FNR == 1 { head = ""; inside = 0 }
	inside && /^}/ {
		lines = FNR - start + 1
		if (lines > 100) { print where ": " name "() has " lines " lines, at most 100 allowed"; failed = 1 }
		else if (lines > 60) print "note: " where ": " name "() has " lines " lines"
		inside = 0; head = ""; next
	}
	inside { next }
	/^[{]/ && head ~ /\(/ && head !~ /=/ {
		inside = 1; start = FNR; where = FILENAME ":" FNR
		name = substr(head, 1, index(head, "(") - 1); sub(/.*[^A-Za-z0-9_]/, "", name)
		if (parameters(head) > 6) { print where ": " name "() has " parameters(head) " parameters, at most 6 allowed"; failed = 1 }
		next
	}
	/^[#}\/]|^ \*|;[ \t]*$|^$/ { head = ""; next }
	{ head = head " " $0 }
	function parameters(text,	i, c, depth, count)
	{
		count = 1
		for (i = index(text, "("); i <= length(text); i++) {
			c = substr(text, i, 1)
			if (c == "(") depth++
			else if (c == ")") { if (--depth == 0) break }
			else if (c == "," && depth == 1) count++
		}
		return count
	}
	END { exit failed }' {} +
