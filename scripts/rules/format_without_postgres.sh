#!/bin/bash
# format_without_postgres.sh: src/format links into programs without PostgreSQL and takes its
# memory from an allocator that is passed in.

grep -rnE '\b(palloc|palloc0|repalloc|pfree|ereport|elog|Datum|MemoryContext|Assert|malloc|calloc|realloc)\b *\(?' \
	src/format --include='*.[ch]' | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*)' | { ! grep .; }
