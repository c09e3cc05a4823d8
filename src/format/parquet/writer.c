/*
 * writer.c: which program, of which version, wrote a file.
 *
 * in:  created_by of the footer: "parquet-mr version 1.8.1 (build 4aba4da)", or anything
 * out: name and version, slices of the footer
 *
 * Used to tolerate mistakes of known versions, so what is not understood is
 * version 0: too old to be trusted.
 */
#include "format/parquet/file.h"

#include <string.h>

#define VERSION_MAX 1000000 /* larger numbers stay there */

/* Are len bytes the same as name, which is in lower case, whatever the case of ASCII letters? */
static bool
same_word(const char *bytes, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		const char c = bytes[i];

		if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != name[i])
			return false;
	}
	return true;
}

/* The number at *pos, which moves behind it and behind a dot that follows. */
static int
read_number(const char **pos, const char *end)
{
	int number = 0;

	while (*pos < end && **pos >= '0' && **pos <= '9')
	{
		if (number < VERSION_MAX)
			number = number * 10 + (**pos - '0');
		(*pos)++;
	}
	if (*pos < end && **pos == '.')
		(*pos)++;
	else
		*pos = end;
	return number;
}

void
pq_file_writer(const PqFile *file, PqWriter *writer)
{
	static const char separator[] = " version ";
	const size_t separator_len = sizeof(separator) - 1;
	const char *const end = file->created_by.data + file->created_by.len;
	const char *pos;

	memset(writer, 0, sizeof(*writer));
	writer->application = file->created_by;
	for (pos = file->created_by.data; (size_t) (end - pos) >= separator_len; pos++)
	{
		if (!same_word(pos, separator, separator_len))
			continue;
		writer->application.len = (uint32_t) (pos - file->created_by.data);
		pos += separator_len;
		writer->major = read_number(&pos, end);
		writer->minor = read_number(&pos, end);
		writer->patch = read_number(&pos, end);
		return;
	}
}

bool
pq_writer_before(const PqWriter *writer, const char *application, int major, int minor, int patch)
{
	if (writer->application.len != strlen(application) ||
		!same_word(writer->application.data, application, writer->application.len))
		return false;
	if (writer->major != major)
		return writer->major < major;
	if (writer->minor != minor)
		return writer->minor < minor;
	return writer->patch < patch;
}
