#!/bin/bash
# include_direction.sh: a directory of src/ includes only what the dependency rule lets it.
#
# The table is the rule; settings.h, compat.h and stage/failpoint.h are open to all but format.  Includes are
# written relative to src/, and src/format sees the C library, the codecs, xxhash and libcsv only.

find src -name '*.[ch]' -exec grep -HnE '^[ 	]*#[ 	]*include' {} + |
	awk -v own=" $(find src -mindepth 2 -name '*.h' -printf '%f ')" '
BEGIN {
	allowed["format"] = "format"
	allowed["source"] = "source format"
	allowed["contract"] = "contract format"
	allowed["options"] = "options contract format"
	allowed["manifest"] = "manifest"
	allowed["swap"] = "swap contract manifest"
	allowed["audit"] = "audit contract manifest"
	allowed["publish"] = "publish contract manifest options swap"
	allowed["stage"] = "stage source format contract manifest options"
	allowed["api"] = allowed["inspect"] = allowed["read"] = allowed["root"] = "*"
	libraries = "^(assert|ctype|errno|inttypes|limits|math|std[a-z]*|string|[a-z]mmintrin|z(lib|std|std_errors)|snappy-c|lz4(frame)?|brotli/decode|xxhash|csv)[.]h$"
}
{
	split($0, place, ":")
	split(place[1], path, "/")
	from = (path[3] == "") ? "root" : path[2]
	quoted = match($0, /"[^"]*"/)
	if (!quoted)
		match($0, /<[^>]*>/)
	header = substr($0, RSTART + 1, RLENGTH - 2)
	to = substr(header, 1, index(header, "/") - 1)
	bad = ""
	if (!(from in allowed))
		bad = from "/ is not in the dependency rule"
	else if (from == "format" && (quoted ? to != "format" : header !~ libraries))
		bad = "src/format may not include " header
	else if (quoted && (to in allowed) && header != "stage/failpoint.h" && allowed[from] != "*" && !index(" " allowed[from] " ", " " to " "))
		bad = from "/ may not include " header
	else if (quoted && to == "" && index(own, " " header " "))
		bad = header " is not relative to src/"
	if (bad != "") { print place[1] ":" place[2] ": " bad; failed = 1 }
}
END { exit failed }'
