/*
 * replay_main.c: runs a fuzz target over stored inputs, without a fuzzing engine.
 *
 * Arguments are files and directories of files.  Each input runs in a process of its
 * own, so that one that crashes is counted and the others still run.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_SIZE 4096

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long passed = 0;
static unsigned long failed = 0;

/* The whole file in memory of exactly its size; NULL when it cannot be read. */
static uint8_t *
read_input(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long length;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0 &&
		fseek(file, 0, SEEK_SET) == 0 && (data = malloc((size_t) length)) != NULL)
	{
		*size = fread(data, 1, (size_t) length, file);
		if (*size != (size_t) length)
		{
			free(data);
			data = NULL;
		}
	}
	fclose(file);
	return data;
}

static void
replay_file(const char *path)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
	{
		size_t size = 0;
		uint8_t *data = read_input(path, &size);

		if (data == NULL)
		{
			perror(path);
			_exit(1);
		}
		LLVMFuzzerTestOneInput(data, size);
		free(data);
		_exit(0);
	}
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
		passed++;
	else
	{
		failed++;
		printf("failed: %s\n", path);
	}
}

/* A file, or the files in a directory. */
static void
replay_path(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (directory == NULL)
	{
		replay_file(path);
		return;
	}
	while ((entry = readdir(directory)) != NULL)
	{
		char inner[PATH_SIZE];

		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) < (int) sizeof(inner))
			replay_path(inner);
	}
	closedir(directory);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay_path(argv[i]);
	printf("%lu passed, %lu failed\n", passed, failed);
	return failed == 0 && passed > 0 ? 0 : 1;
}
