# Makefile of pg_ingest: PGXS for the extension, scripts/ for everything else.
#
#   make, make install, make installcheck     need PostgreSQL's server headers
#   make demo, make test, make lint           install what they miss, see scripts/
#   make property SEQUENCES=5000              more of the random sequences of make test
#
# PG_CONFIG=/path/to/pg_config chooses the server, PROFILE=-O3 adds compiler flags.
# FLAVOUR=test is the build of "make test": warnings are errors, assertions and
# failpoints are in.  It is made out of the source tree, in build/test.

EXTENSION = pg_ingest
MODULE_big = pg_ingest
PGFILEDESC = "pg_ingest - loads files into tables"
PG_CONFIG ?= pg_config
FLAVOUR ?= release

# One line per file, in the order of the data flow; scripts/rules/objects_listed.sh checks it.
# the extension itself
OBJS = \
	src/pg_ingest.o \
	src/settings.o

# bytes: no PostgreSQL inside
OBJS += \
	src/format/codec/block.o \
	src/format/codec/block_lz4.o \
	src/format/codec/block_snappy.o \
	src/format/codec/block_zstd.o \
	src/format/codec/brotli.o \
	src/format/codec/codec.o \
	src/format/codec/gzip.o \
	src/format/codec/zstd.o \
	src/format/csv/fields.o \
	src/format/csv/lenient.o \
	src/format/csv/reader.o \
	src/format/csv/records.o \
	src/format/csv/scan.o \
	src/format/csv/scan_avx2.o \
	src/format/csv/scan_portable.o \
	src/format/csv/scan_sse2.o \
	src/format/csv/sniff.o \
	src/format/csv/sniff_cell.o \
	src/format/csv/sniff_contest.o \
	src/format/csv/sniff_dates.o \
	src/format/csv/sniff_header.o \
	src/format/csv/sniff_looks.o \
	src/format/csv/sniff_trial.o \
	src/format/csv/splitter.o \
	src/format/json_valid.o \
	src/format/parquet/arena.o \
	src/format/parquet/assembly.o \
	src/format/parquet/bitpack.o \
	src/format/parquet/budget.o \
	src/format/parquet/column.o \
	src/format/parquet/column_decode.o \
	src/format/parquet/decode_boolean_rle.o \
	src/format/parquet/decode_delta.o \
	src/format/parquet/decode_delta_bytes.o \
	src/format/parquet/decode_delta_length.o \
	src/format/parquet/decode_dictionary.o \
	src/format/parquet/decode_plain.o \
	src/format/parquet/decode_split.o \
	src/format/parquet/decoder.o \
	src/format/parquet/decoder_parts.o \
	src/format/parquet/delta.o \
	src/format/parquet/dictionary.o \
	src/format/parquet/file.o \
	src/format/parquet/hybrid.o \
	src/format/parquet/json.o \
	src/format/parquet/json_numbers.o \
	src/format/parquet/json_scalar.o \
	src/format/parquet/json_times.o \
	src/format/parquet/json_writer.o \
	src/format/parquet/leaf_page.o \
	src/format/parquet/levels.o \
	src/format/parquet/page.o \
	src/format/parquet/page_header.o \
	src/format/parquet/page_stream.o \
	src/format/parquet/page_walk.o \
	src/format/parquet/previous_value.o \
	src/format/parquet/row_group.o \
	src/format/parquet/rows.o \
	src/format/parquet/schema.o \
	src/format/parquet/schema_fields.o \
	src/format/parquet/schema_logical.o \
	src/format/parquet/section.o \
	src/format/parquet/slots.o \
	src/format/parquet/statistics.o \
	src/format/parquet/thrift.o \
	src/format/parquet/types.o \
	src/format/parquet/variant.o \
	src/format/parquet/variant_primitive.o \
	src/format/parquet/variant_shredded.o \
	src/format/parquet/writer.o \
	src/format/utf16.o

# files and streams
OBJS += \
	src/source/expand.o \
	src/source/identity.o \
	src/source/parquet_file.o \
	src/source/partition.o \
	src/source/raw_file.o \
	src/source/stream.o \
	src/source/text_encoding.o

# contract: conversion and checks
OBJS += \
	src/contract/batch.o \
	src/contract/check_block.o \
	src/contract/check_comparisons.o \
	src/contract/check_pattern.o \
	src/contract/check_texts.o \
	src/contract/contract.o \
	src/contract/convert.o \
	src/contract/convert_arena.o \
	src/contract/convert_binary.o \
	src/contract/convert_cells.o \
	src/contract/convert_datetime.o \
	src/contract/convert_float.o \
	src/contract/convert_integer.o \
	src/contract/convert_json.o \
	src/contract/convert_lossy.o \
	src/contract/convert_numeric.o \
	src/contract/convert_reject.o \
	src/contract/convert_separated.o \
	src/contract/convert_text.o \
	src/contract/datetime_format.o \
	src/contract/document.o \
	src/contract/document_checks.o \
	src/contract/document_keys.o \
	src/contract/expression.o \
	src/contract/filter_expr.o \
	src/contract/filter_proof.o \
	src/contract/guard.o \
	src/contract/parquet_arrays.o \
	src/contract/parquet_binary.o \
	src/contract/parquet_builder.o \
	src/contract/parquet_calendar.o \
	src/contract/parquet_column.o \
	src/contract/parquet_composites.o \
	src/contract/parquet_datetimes.o \
	src/contract/parquet_decimals.o \
	src/contract/parquet_dictionary.o \
	src/contract/parquet_domains.o \
	src/contract/parquet_floats.o \
	src/contract/parquet_geometry.o \
	src/contract/parquet_integers.o \
	src/contract/parquet_numerics.o \
	src/contract/parquet_nested.o \
	src/contract/parquet_nested_text.o \
	src/contract/parquet_range.o \
	src/contract/parquet_scalar.o \
	src/contract/parquet_texts.o \
	src/contract/parquet_types.o \
	src/contract/row_deletions.o \
	src/contract/row_filter.o \
	src/contract/row_transforms.o \
	src/contract/simple_check.o \
	src/contract/spec.o \
	src/contract/spec_agreement.o \
	src/contract/spec_notation.o \
	src/contract/spec_rules.o

# options
OBJS += \
	src/options/option_checks.o \
	src/options/option_lists.o \
	src/options/option_scalars.o \
	src/options/option_strings.o \
	src/options/option_table.o \
	src/options/options.o

# staging: chunks, workers, lanes
OBJS += \
	src/stage/bad_row.o \
	src/stage/caller_rights.o \
	src/stage/chunk.o \
	src/stage/chunk_job.o \
	src/stage/chunk_loader.o \
	src/stage/chunk_reader.o \
	src/stage/chunker.o \
	src/stage/command.o \
	src/stage/constants.o \
	src/stage/content.o \
	src/stage/csv_loader.o \
	src/stage/failpoint.o \
	src/stage/drift.o \
	src/stage/drift_log.o \
	src/stage/drift_names.o \
	src/stage/drift_types.o \
	src/stage/extra_fields.o \
	src/stage/feeder.o \
	src/stage/file_columns.o \
	src/stage/file_head.o \
	src/stage/inline.o \
	src/stage/lane_file.o \
	src/stage/lane_multi_insert.o \
	src/stage/lane_pages.o \
	src/stage/lane_table.o \
	src/stage/lane_writer.o \
	src/stage/leader.o \
	src/stage/limits.o \
	src/stage/mapping.o \
	src/stage/mapping_missing.o \
	src/stage/mapping_names.o \
	src/stage/mapping_new.o \
	src/stage/new_columns.o \
	src/stage/parquet_loader.o \
	src/stage/plan.o \
	src/stage/pool.o \
	src/stage/progress.o \
	src/stage/quarantine_writer.o \
	src/stage/rejection.o \
	src/stage/replay_json.o \
	src/stage/replay_reader.o \
	src/stage/restage.o \
	src/stage/row_builder.o \
	src/stage/row_checker.o \
	src/stage/row_group_cutter.o \
	src/stage/row_group_pruner.o \
	src/stage/row_scan.o \
	src/stage/row_sink.o \
	src/stage/shared.o \
	src/stage/target_lock.o \
	src/stage/tuple_former.o \
	src/stage/worker.o \
	src/stage/worker_choice.o

# manifest
OBJS += \
	src/manifest/check_results.o \
	src/manifest/chunks.o \
	src/manifest/contracts.o \
	src/manifest/differences.o \
	src/manifest/files.o \
	src/manifest/loads.o \
	src/manifest/publications.o \
	src/manifest/quarantine.o \
	src/manifest/quarantine_queue.o \
	src/manifest/replays.o \
	src/manifest/statement.o \
	src/manifest/swaps.o

# partitions swapped
OBJS += \
	src/swap/attach.o \
	src/swap/bound.o \
	src/swap/caller_sql.o \
	src/swap/compare.o \
	src/swap/compare_columns.o \
	src/swap/compare_indexes.o \
	src/swap/compare_security.o \
	src/swap/compare_settings.o \
	src/swap/create_partition.o \
	src/swap/exchange.o \
	src/swap/new_heap.o \
	src/swap/new_heap_check.o \
	src/swap/swap.o \
	src/swap/swap_cleanup.o \
	src/swap/swap_locks.o \
	src/swap/swap_options.o \
	src/swap/swap_request.o

# audit
OBJS += \
	src/audit/audit.o \
	src/audit/dataset_checks.o \
	src/audit/file_checks.o \
	src/audit/removals.o

# publishing
OBJS += \
	src/publish/append.o \
	src/publish/btree_edge.o \
	src/publish/bulk_append.o \
	src/publish/checks.o \
	src/publish/collected.o \
	src/publish/conditions.o \
	src/publish/conflict.o \
	src/publish/culprit.o \
	src/publish/duplicates.o \
	src/publish/evolve.o \
	src/publish/heap_inserter.o \
	src/publish/heap_merge.o \
	src/publish/heap_target.o \
	src/publish/heap_updater.o \
	src/publish/index_writer.o \
	src/publish/key_leaf.o \
	src/publish/key_lookup.o \
	src/publish/key_order.o \
	src/publish/lane_reader.o \
	src/publish/late_rows.o \
	src/publish/merge.o \
	src/publish/merge_statement.o \
	src/publish/missing.o \
	src/publish/new_partitions.o \
	src/publish/partition_swaps.o \
	src/publish/partitions.o \
	src/publish/planned_statement.o \
	src/publish/predicate.o \
	src/publish/preview.o \
	src/publish/publish.o \
	src/publish/query.o \
	src/publish/rebuild.o \
	src/publish/replace.o \
	src/publish/replace_statement.o \
	src/publish/row_layout.o \
	src/publish/row_sort.o \
	src/publish/scd2.o \
	src/publish/scd2_columns.o \
	src/publish/scd2_events.o \
	src/publish/scd2_statement.o \
	src/publish/source.o \
	src/publish/staged.o \
	src/publish/staged_row.o \
	src/publish/staged_sort.o \
	src/publish/strategies.o \
	src/publish/sync.o \
	src/publish/target_size.o \
	src/publish/touched.o \
	src/publish/version_comparison.o \
	src/publish/value_type.o \
	src/publish/write.o

# what files are made of
OBJS += \
	src/inspect/annotations.o \
	src/inspect/column_tally.o \
	src/inspect/csv_columns.o \
	src/inspect/csv_names.o \
	src/inspect/csv_report.o \
	src/inspect/csv_sample.o \
	src/inspect/inspection.o \
	src/inspect/parquet_functions.o \
	src/inspect/report.o \
	src/inspect/report_files.o \
	src/inspect/report_options.o \
	src/inspect/sniff_functions.o \
	src/inspect/table_sql.o \
	src/inspect/type_candidates.o \
	src/inspect/type_guess.o \
	src/inspect/value_text.o

# rows of files in FROM
OBJS += \
	src/read/file_rows.o \
	src/read/read_function.o \
	src/read/read_path.o \
	src/read/read_scan.o \
	src/read/read_support.o

# SQL entry points
OBJS += \
	src/api/access.o \
	src/api/arguments.o \
	src/api/contract_functions.o \
	src/api/drift_function.o \
	src/api/drift_sample.o \
	src/api/load.o \
	src/api/load_each.o \
	src/api/merge_functions.o \
	src/api/options_list.o \
	src/api/publish_load.o \
	src/api/quarantine_functions.o \
	src/api/quarantine_options.o \
	src/api/replay.o \
	src/api/replay_rows.o \
	src/api/swap_functions.o \
	src/api/validate.o \
	src/api/validation.o

EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(srcdir)/pg_ingest.control)
DATA = $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/sql/pg_ingest--*.sql))
DATA_built = pg_ingest--$(EXTVERSION).sql

PG_CPPFLAGS = -I$(patsubst %/,%,$(srcdir))/src $(CPPFLAGS_$(FLAVOUR))
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter $(CFLAGS_$(FLAVOUR))
CPPFLAGS_test = -DUSE_ASSERT_CHECKING -DPG_INGEST_FAILPOINTS
CFLAGS_test = -Werror
LIBRARIES = -lcsv -lzstd -lz -lxxhash -lsnappy -llz4 -lbrotlidec
SHLIB_LINK = $(LIBRARIES) -Wl,--version-script=$(srcdir)/exports.map

# pg_regress and isolation tests share test/expected and results/, so all names differ.
REGRESS ?= $(sort $(basename $(notdir $(wildcard $(srcdir)/test/sql/*.sql))))
REGRESS_OPTS = --inputdir=$(srcdir)/test
ISOLATION ?= $(sort $(basename $(notdir $(wildcard $(srcdir)/test/specs/*.spec))))
ISOLATION_OPTS = --inputdir=$(srcdir)/test --outputdir=.
EXTRA_CLEAN = build pg_ingest--*.sql ingest_test.so $(TEST_MODULE_OBJS)

# Nobody should need clang for bitcode, and a changed header must rebuild its users.
override with_llvm = no
override autodepend = yes

# Goals made by scripts, which find PostgreSQL themselves: it may not be there yet.
SCRIPTED = test property lint demo demo-stop bench conformance interop

ifneq (,$(filter-out $(SCRIPTED),$(or $(MAKECMDGOALS),all)))
PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq (,$(wildcard $(PGXS)))
$(error $(PG_CONFIG) leads to no server headers: install postgresql-server-dev-NN or set PG_CONFIG)
endif
include $(PGXS)

# Out of the tree, sources are searched in it, but never objects of another flavour.
VPATH =
vpath %.c $(srcdir)
vpath %.control $(srcdir)

$(shlib): $(srcdir)/exports.map

pg_ingest--$(EXTVERSION).sql: $(srcdir)/sql/pg_ingest.sql $(srcdir)/pg_ingest.control
	cp $< $@

# The C functions that regression tests call: test/module and all of src but its module
# magic.  -Bsymbolic keeps it apart from pg_ingest.so in the same process.
TEST_MODULE_OBJS = $(patsubst $(srcdir)/%.c,%.o,$(wildcard $(srcdir)/test/module/*.c))
OBJECT_DIRS = $(patsubst %/,%,$(sort $(dir $(OBJS) $(TEST_MODULE_OBJS))))
$(OBJS) $(TEST_MODULE_OBJS): | $(OBJECT_DIRS)
$(OBJECT_DIRS):
	mkdir -p $@

ingest_test.so: $(TEST_MODULE_OBJS) $(filter-out src/pg_ingest.o,$(OBJS))
	$(LINK.shared) -Wl,-Bsymbolic -o $@ $^ $(LDFLAGS) $(LDFLAGS_SL) $(LIBRARIES)

# Writes the Parquet files of the tests; knows nothing of PostgreSQL.
build/programs/make_parquet: FORCE
	@mkdir -p build/programs
	$(MAKE) -s -C build/programs -f $(abspath $(srcdir))/test/programs.mk TOP=$(abspath $(srcdir)) make_parquet
FORCE:
.PHONY: FORCE

# The server of "make installcheck" must be able to read these files.
installcheck: ingest_test.so build/programs/make_parquet
export INGEST_TEST_MODULE ?= $(abspath ingest_test.so)
export INGEST_MAKE_PARQUET ?= $(abspath build/programs/make_parquet)
endif

# PARTS="unit regress" and TESTS="names" choose among the tests.
test:
	@scripts/test.sh

# Random sequences of publishes, and random contracts: SEQUENCES=5000, SEED=… and NUMBER=… repeat one of them.
property:
	@SEQUENCES=$${SEQUENCES:-5000} PARTS=tap TESTS=040_property TEST_TIMEOUT=7200 scripts/test.sh

lint:
	@scripts/lint.sh

demo:
	@scripts/demo.sh

demo-stop:
	@scripts/demo.sh stop

bench:
	@scripts/bench.sh

# Public corpora and real files, which are not part of the project: INGEST_DATA_DIR.
conformance:
	@scripts/packages.sh build bench
	@python3 test/conformance/parquet_corpus.py
	@python3 test/conformance/run.py

# Real Parquet writers, from PyPI; WRITERS="polars duckdb" chooses among them.
interop:
	@scripts/interop.sh

.PHONY: $(SCRIPTED)
