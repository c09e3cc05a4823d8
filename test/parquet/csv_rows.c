/*
 * csv_rows.c: the CSV file of the benchmarks as rows of a Parquet file.
 *
 * in:  a file as COPY writes it: comma, double quotes, line feeds
 * out: slots of its columns, none of them null
 */
#include "test/parquet/csv_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/parquet/json_value.h"

const char csv_schema[] = "message bench {\n"
						  "optional int64 id; optional int32 qty;\n"
						  "optional int64 ts (TIMESTAMP(MICROS,false));\n"
						  "optional binary name (STRING);\n"
						  "optional int64 price (DECIMAL(12,2));\n"
						  "optional binary note (STRING); optional double score;\n"
						  "optional binary city (STRING);\n"
						  "}";

/* The next field of the line, without its quotes, terminated; *pos goes behind it. */
static char *
next_field(char **pos, size_t *len)
{
	char *start = *pos;
	char *in = start;
	char *out = start;
	const bool quoted = *in == '"';

	in += quoted;
	while (*in != '\0' && (quoted || (*in != ',' && *in != '\n')))
	{
		if (quoted && *in == '"')
		{
			if (in[1] != '"')
			{
				in++;
				break;
			}
			in++;
		}
		*out++ = *in++;
	}
	*pos = in + (*in != '\0');
	*out = '\0';
	*len = (size_t) (out - start);
	return start;
}

static void
add_field(FileWriter *writer, const FileNode *node, char *text, size_t len)
{
	int64_t number;
	double real;

	switch (node->type)
	{
		case PQ_BYTE_ARRAY:
			file_writer_slot(writer, node->leaf, 1, 0, text, len);
			return;
		case PQ_DOUBLE:
			real = strtod(text, NULL);
			file_writer_slot(writer, node->leaf, 1, 0, &real, sizeof(real));
			return;
		default:
			break;
	}
	if (node->logical.kind == PQ_LOGICAL_TIMESTAMP)
		number = text_to_timestamp(text, PQ_MICROS);
	else if (node->logical.kind == PQ_LOGICAL_DECIMAL)
		number = (int64_t) text_to_decimal(text, node->logical.scale);
	else
		number = strtoll(text, NULL, 10);
	file_writer_slot(writer, node->leaf, 1, 0, &number, node->type == PQ_INT32 ? 4 : 8);
}

void
csv_add_rows(FileWriter *writer, const FileNode *root, const char *path)
{
	FILE *in = fopen(path, "rb");
	char *line = NULL;
	size_t size = 0;
	bool is_header = true;

	if (in == NULL)
		file_writer_fail("could not open \"%s\"", path);
	while (getline(&line, &size, in) > 0)
	{
		const FileNode *node = is_header ? NULL : root->first_child;
		char *pos = line;
		size_t len;

		for (; node != NULL; node = node->next)
		{
			char *text = next_field(&pos, &len);

			add_field(writer, node, text, len);
		}
		if (!is_header)
			file_writer_end_row(writer);
		is_header = false;
	}
	free(line);
	fclose(in);
}
