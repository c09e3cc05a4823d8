#!/bin/bash
# banned_functions.sh: C functions that overflow, hide errors or bypass PostgreSQL's memory.

grep -rnE '(^|[^A-Za-z0-9_>.])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|setjmp|longjmp|exit|abort|pthread_create|fopen|system|popen|malloc|calloc|realloc|strdup)\(' \
	src --include='*.[ch]' | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*)' | { ! grep .; }
