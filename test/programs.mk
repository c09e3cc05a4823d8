# programs.mk: unit tests and fuzz replays, which know nothing of PostgreSQL.
#
#   make -C build/programs -f ../../test/programs.mk TOP=../..
#
# Every test/unit/NAME_test.c and test/fuzz/NAME_fuzz.c becomes a program of its own, linked with
# all of src/format and with the other files of its directory (harness, replay_main.c), under
# the address and undefined-behaviour sanitizers.

TOP ?= ../..

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
CPPFLAGS = -I$(TOP)/src -I$(TOP) -D_GNU_SOURCE
CFLAGS = -std=gnu99 -O1 -g -fno-omit-frame-pointer $(SANITIZE) \
	-Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wdeclaration-after-statement -Wvla -Werror
LDLIBS = -lcsv -lzstd -lz -lxxhash -lm

FORMAT := $(shell cd $(TOP) && find src/format -name '*.c')
UNIT := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/unit/*.c))
FUZZ := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/fuzz/*.c))

unit_programs = $(patsubst %.c,%,$(filter %_test.c,$(UNIT)))
fuzz_programs = $(patsubst %.c,%,$(filter %_fuzz.c,$(FUZZ)))
unit_shared = $(patsubst %.c,%.o,$(filter-out %_test.c,$(UNIT)))
fuzz_shared = $(patsubst %.c,%.o,$(filter-out %_fuzz.c,$(FUZZ)))

all: unit fuzz
unit: $(unit_programs)
fuzz: $(fuzz_programs)
.PHONY: all unit fuzz

$(unit_programs): %: %.o $(unit_shared) format.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(fuzz_programs): %: %.o $(fuzz_shared) format.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

format.a: $(FORMAT:.c=.o)
	rm -f $@
	$(AR) rcs $@ $^

objects = $(patsubst %.c,%.o,$(FORMAT) $(UNIT) $(FUZZ))
$(objects): %.o: $(TOP)/%.c
	@mkdir -p $(dir $@)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

.SECONDARY:
.DELETE_ON_ERROR:
-include $(objects:.o=.d)
