# programs.mk: unit tests and fuzz replays, which know nothing of PostgreSQL.
#
#   make -C build/programs -f ../../test/programs.mk TOP=../..
#
# Every test/unit/NAME_test.c and test/fuzz/NAME_fuzz.c becomes a program of its own, linked with
# all of src/format and with the other files of its directory (harness, replay_main.c), under
# the address and undefined-behaviour sanitizers.
#
# make_parquet, which writes files for the other tests and the benchmarks, is built without them: it
# has to be fast.  parquet_dump, which prints files for "make conformance", is built both ways.

TOP ?= ../..

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
CPPFLAGS = -I$(TOP)/src -I$(TOP) -D_GNU_SOURCE
WARNINGS = -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wdeclaration-after-statement \
	-Wvla -Werror
CFLAGS = -std=gnu99 -O1 -g -fno-omit-frame-pointer $(SANITIZE) $(WARNINGS)
LDLIBS = -lcsv -lzstd -lz -lxxhash -lsnappy -llz4 -lbrotlidec -lbrotlienc -lm

FORMAT := $(shell cd $(TOP) && find src/format -name '*.c')
UNIT := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/unit/*.c))
FUZZ := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/fuzz/*.c))
WRITER := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/test/parquet/*.c)) \
	test/unit/parquet_encode.c test/unit/thrift_writer.c

DUMP := test/conformance/parquet_dump.c

unit_programs = $(patsubst %.c,%,$(filter %_test.c,$(UNIT)))
fuzz_programs = $(patsubst %.c,%,$(filter %_fuzz.c,$(FUZZ)))
unit_shared = $(patsubst %.c,%.o,$(filter-out %_test.c,$(UNIT)))
writer_objects = $(patsubst %.c,fast/%.o,$(WRITER))
dump_objects = $(patsubst %.c,fast/%.o,$(FORMAT) $(DUMP))
fuzz_shared = $(patsubst %.c,%.o,$(filter-out %_fuzz.c,$(FUZZ)))

all: unit fuzz
unit: $(unit_programs)
fuzz: $(fuzz_programs)
.PHONY: all unit fuzz

$(unit_programs): %: %.o $(unit_shared) format.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(fuzz_programs): %: %.o $(fuzz_shared) format.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

make_parquet: $(writer_objects)
	$(CC) -o $@ $^ $(LDLIBS)

conformance: parquet_dump parquet_dump_checked
.PHONY: conformance

parquet_dump: $(dump_objects)
	$(CC) -o $@ $^ $(LDLIBS)

parquet_dump_checked: $(DUMP:.c=.o) format.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

$(sort $(writer_objects) $(dump_objects)): fast/%.o: $(TOP)/%.c
	@mkdir -p $(dir $@)
	$(CC) $(CPPFLAGS) -std=gnu99 -O2 $(WARNINGS) -MMD -MP -c -o $@ $<

format.a: $(FORMAT:.c=.o)
	rm -f $@
	$(AR) rcs $@ $^

objects = $(patsubst %.c,%.o,$(FORMAT) $(UNIT) $(FUZZ) $(DUMP))
$(objects): %.o: $(TOP)/%.c
	@mkdir -p $(dir $@)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

.SECONDARY:
.DELETE_ON_ERROR:
-include $(objects:.o=.d) $(writer_objects:.o=.d) $(dump_objects:.o=.d)
