/*
 * expand.c: from the source argument to a list of files.
 *
 * in:  an absolute path of a file or directory, or a glob(7) pattern
 * out: List of SourceFile *, in byte order of their paths
 *
 * A path that exists is never taken as a pattern.  A directory stands for the
 * regular files in it, less those whose names begin with '.' or '_' (what
 * Hadoop, Spark and file transfers use for what is not data), and for those in
 * its partitions, directories named "key=value" as Hive has them; a pattern for
 * the regular files that match.  Nothing else is descended into.  A name
 * that cannot be looked at is an error: skipping it would lose its rows.
 */
#include "postgres.h"

#include <dirent.h>
#include <glob.h>
#include <sys/stat.h>

#include "source/source.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "source/identity.h"
#include "source/partition.h"
#include "storage/fd.h"

/* What stat() found; the caller decides what that means for it. */
typedef enum PathKind
{
	PATH_MISSING,
	PATH_FILE,
	PATH_DIRECTORY,
	PATH_OTHER
} PathKind;

static void
check_length(const char *path)
{
	if (strlen(path) >= MAXPGPATH)
		ereport(ERROR, (errcode(ERRCODE_NAME_TOO_LONG),
						errmsg("path is too long: \"%.*s...\"",
							   pg_mbcliplen(path, (int) strlen(path), 100), path),
						errdetail("A path has at most %d bytes.", MAXPGPATH - 1)));
}

/* Paths become text in the manifest, but directories hold names of any bytes. */
static void
check_encoding(const char *path)
{
	int len = (int) strlen(path);
	int valid = pg_encoding_verifymbstr(GetDatabaseEncoding(), path, len);

	if (valid < len)
		ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
						errmsg("name of a file is not valid in encoding \"%s\"",
							   GetDatabaseEncodingName()),
						errdetail("The path up to the invalid byte is \"%.*s\".", valid, path),
						errhint("Rename the file.")));
}

/* Follows symbolic links.  PATH_MISSING means that there is no such name at all. */
static PathKind
look_at(const char *path, struct stat *st)
{
	if (stat(path, st) != 0)
	{
		int stat_errno = errno;

		if (stat_errno == ENOENT && lstat(path, st) != 0 && errno == ENOENT)
			return PATH_MISSING;
		errno = stat_errno;
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not stat file \"%s\": %m", path)));
	}
	if (S_ISREG(st->st_mode))
		return PATH_FILE;
	return S_ISDIR(st->st_mode) ? PATH_DIRECTORY : PATH_OTHER;
}

/* root_len: how much of the path the caller wrote himself; see SourceFile. */
static SourceFile *
make_file(const char *path, const struct stat *st, size_t root_len)
{
	SourceFile *file = palloc0(sizeof(SourceFile));

	file->path = pstrdup(path);
	file->root_len = root_len;
	identity_from_stat(file, st);
	return file;
}

/* Appends the path if it is a regular file; one that has vanished meanwhile is none. */
static List *
append_file(List *files, const char *path, size_t root_len)
{
	struct stat st;

	check_length(path);
	if (look_at(path, &st) != PATH_FILE)
		return files;
	check_encoding(path);
	return lappend(files, make_file(path, &st, root_len));
}

/*
 * Appends the files of one directory, and the names of its partitions to
 * *pending, which the caller takes up.
 */
static List *
append_directory(List *files, const char *path, size_t root_len, List **pending)
{
	const char *separator = path[strlen(path) - 1] == '/' ? "" : "/";
	DIR *dir = AllocateDir(path);
	struct dirent *entry;
	struct stat st;

	while ((entry = ReadDir(dir, path)) != NULL)
	{
		char *name;

		CHECK_FOR_INTERRUPTS();
		if (entry->d_name[0] == '.' || entry->d_name[0] == '_')
			continue;
		name = psprintf("%s%s%s", path, separator, entry->d_name);
		check_length(name);
		if (partition_is_name(entry->d_name, strlen(entry->d_name)) &&
			look_at(name, &st) == PATH_DIRECTORY)
			*pending = lappend(*pending, name);
		else
			files = append_file(files, name, root_len);
	}
	FreeDir(dir);
	return files;
}

static List *
expand_directory(const char *path)
{
	List *files = NIL;
	List *pending = list_make1(pstrdup(path));

	while (pending != NIL)
	{
		char *directory = llast(pending);

		pending = list_delete_last(pending);
		files = append_directory(files, directory, strlen(path), &pending);
	}
	if (files == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FILE), errmsg("directory \"%s\" has no files", path),
				 errhint("Files whose names begin with \".\" or \"_\" do not count, nor do files "
						 "of subdirectories other than partitions (\"key=value\").")));
	return files;
}

/* Length of the directories of a pattern that come before its first wildcard. */
static size_t
fixed_length(const char *pattern)
{
	size_t len = strcspn(pattern, "*?[");

	while (len > 0 && pattern[len - 1] != '/')
		len--;
	return len;
}

static List *
append_matches(const glob_t *matches, size_t root_len)
{
	List *files = NIL;

	for (size_t i = 0; i < matches->gl_pathc; i++)
	{
		CHECK_FOR_INTERRUPTS();
		files = append_file(files, matches->gl_pathv[i], root_len);
	}
	return files;
}

static List *
expand_pattern(const char *pattern)
{
	/* an unreadable directory is an error; the order is ours, not LC_COLLATE's */
	int flags = GLOB_ERR | GLOB_NOSORT;
	glob_t matches = {0};
	List *volatile files = NIL;
	int result = glob(pattern, flags, NULL, &matches);

	PG_TRY();
	{
		if (result == GLOB_NOSPACE)
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		if (result != 0 && result != GLOB_NOMATCH)
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not search for files like \"%s\": %m", pattern)));
		if (result == 0)
			files = append_matches(&matches, fixed_length(pattern));
	}
	PG_FINALLY();
	{
		globfree(&matches);
	}
	PG_END_TRY();

	if (files == NIL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FILE), errmsg("no file matches \"%s\"", pattern),
						errhint("Directories that match do not count; a pattern sees the "
								"server's files, not the client's.")));
	return files;
}

static int
compare_paths(const ListCell *a, const ListCell *b)
{
	const SourceFile *left = lfirst(a);
	const SourceFile *right = lfirst(b);

	return strcmp(left->path, right->path);
}

static List *
expand_path(const char *source)
{
	struct stat st;

	switch (look_at(source, &st))
	{
		case PATH_FILE:
			return list_make1(make_file(source, &st, strlen(source)));
		case PATH_DIRECTORY:
			return expand_directory(source);
		case PATH_OTHER:
			ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
							errmsg("\"%s\" is neither a regular file nor a directory", source)));
		case PATH_MISSING:
			break;
	}
	if (strpbrk(source, "*?[") != NULL)
		return expand_pattern(source);
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FILE), errmsg("file \"%s\" does not exist", source),
					errhint("The file must be on the server, not on the client.")));
}

List *
source_expand(const char *source)
{
	List *files;

	if (!is_absolute_path(source))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME), errmsg("path \"%s\" is not absolute", source),
				 errhint("Give the full path on the server.")));
	check_length(source);
	files = expand_path(source);
	list_sort(files, compare_paths);
	return files;
}

SourceFile *
source_look_again(const SourceFile *file)
{
	struct stat st;

	if (look_at(file->path, &st) != PATH_FILE)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FILE),
						errmsg("file \"%s\" does not exist any more", file->path)));
	return make_file(file->path, &st, file->root_len);
}
