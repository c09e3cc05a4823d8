#!/bin/bash
# file_size.sh: no source file over 1,000 lines; those over 400 are listed, for review.

find src test -name '*.[ch]' -exec awk '
	FNR == 1 && name != "" { report() }
	{ name = FILENAME; lines = FNR }
	function report()
	{
		if (lines > 1000) { print name ": " lines " lines, at most 1000 allowed"; failed = 1 }
		else if (lines > 400) print "note: " name ": " lines " lines"
	}
	END { if (name != "") report(); exit failed }' {} +
