#!/bin/bash
# objects_listed.sh: the Makefile names every source file below src/, and no other.

diff <(find src -name '*.c' | sort) \
	<(grep -oE '\bsrc/[a-z0-9_/]+\.o' Makefile | sed 's/o$/c/' | sort -u) |
	sed -n -e 's/^< \(.*\)/Makefile: OBJS lacks \1/p' -e 's/^> \(.*\)/Makefile: OBJS has \1, which does not exist/p' |
	{ ! grep .; }
