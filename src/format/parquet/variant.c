/*
 * variant.c: the VARIANT binary encoding, version 1, as JSON text.
 *
 * In: metadata and value bytes.  Out: text to a PqJsonWriter.  Layout and type numbers:
 * VariantEncoding.md of apache/parquet-format.  Recurses over the value, PQ_MAX_NESTING deep at
 * most; allocates nothing.
 */
#include "format/parquet/variant.h"

#define METADATA_VERSION 1

typedef enum BasicType
{
	BASIC_PRIMITIVE = 0,
	BASIC_SHORT_STRING = 1,
	BASIC_OBJECT = 2,
	BASIC_ARRAY = 3
} BasicType;

/* A run of bytes being read. */
typedef struct Span
{
	const unsigned char *pos;
	const unsigned char *end;
} Span;

typedef struct VariantReader
{
	PqJsonWriter *writer;
	const PqVariantMetadata *metadata;
	uint64_t budget; /* bytes of the value that no part has claimed yet */
} VariantReader;

/* The tables at the front of an object or array. */
typedef struct Container
{
	uint32_t count;
	uint32_t id_size; /* 0: array */
	uint32_t offset_size;
	const unsigned char *ids;
	const unsigned char *offsets;
	Span values;
} Container;

static void put_value(VariantReader *reader, Span span, int depth);

static bool
fail(PqJsonWriter *writer, const char *message)
{
	(void) pq_json_fail(writer, FMT_UNSUPPORTED, message);
	return false;
}

/* An unsigned number of 1 to 4 bytes. */
static uint32_t
load_small(const unsigned char *from, uint32_t size)
{
	uint32_t value = 0;
	uint32_t i;

	for (i = 0; i < size; i++)
		value |= (uint32_t) from[i] << (8 * i);
	return value;
}

static uint64_t
span_left(const Span *span)
{
	return (uint64_t) (span->end - span->pos);
}

bool
pq_variant_metadata(PqJsonWriter *writer, PqBytes bytes, PqVariantMetadata *metadata)
{
	Span span = {(const unsigned char *) bytes.data,
				 (const unsigned char *) bytes.data + bytes.len};
	uint64_t offsets_len;

	if (bytes.len == 0 || (*span.pos & 15) != METADATA_VERSION)
		return fail(writer, "variant metadata is of an unknown version");
	metadata->offset_size = (uint32_t) (*span.pos >> 6) + 1;
	span.pos++;
	if (span_left(&span) < metadata->offset_size)
		return fail(writer, "variant metadata is cut short");
	metadata->count = load_small(span.pos, metadata->offset_size);
	span.pos += metadata->offset_size;
	offsets_len = ((uint64_t) metadata->count + 1) * metadata->offset_size;
	if (span_left(&span) < offsets_len)
		return fail(writer, "variant metadata has fewer field names than it says");
	metadata->offsets = span.pos;
	metadata->strings = span.pos + offsets_len;
	metadata->strings_len = (uint64_t) (span.end - metadata->strings);
	return true;
}

static bool
find_name(VariantReader *reader, uint32_t id, PqBytes *name)
{
	const PqVariantMetadata *metadata = reader->metadata;
	const unsigned char *at;
	uint32_t start;
	uint32_t end;

	if (id >= metadata->count)
		return fail(reader->writer, "variant field has no name in the metadata");
	at = metadata->offsets + (size_t) id * metadata->offset_size;
	start = load_small(at, metadata->offset_size);
	end = load_small(at + metadata->offset_size, metadata->offset_size);
	if (start > end || end > metadata->strings_len)
		return fail(reader->writer, "variant metadata has a field name outside of its bytes");
	name->data = (const char *) metadata->strings + start;
	name->len = end - start;
	return true;
}

/* n bytes of the value, which belong to nothing else; NULL: there are fewer. */
static const unsigned char *
claim(VariantReader *reader, Span *span, uint64_t n)
{
	const unsigned char *start = span->pos;

	if (span_left(span) < n)
	{
		(void) fail(reader->writer, "variant value is cut short");
		return NULL;
	}
	if (reader->budget < n)
	{
		(void) fail(reader->writer, "variant value has parts that overlap");
		return NULL;
	}
	reader->budget -= n;
	span->pos += n;
	return start;
}

/* The header byte was claimed; header: its upper six bits. */
static bool
open_container(VariantReader *reader, Span *span, uint32_t header, bool is_object,
			   Container *container)
{
	uint32_t count_size = (header >> (is_object ? 4 : 2) & 1) != 0 ? 4 : 1;
	const unsigned char *count = claim(reader, span, count_size);
	uint64_t values_len;

	if (count == NULL)
		return false;
	container->count = load_small(count, count_size);
	container->offset_size = (header & 3) + 1;
	container->id_size = is_object ? (header >> 2 & 3) + 1 : 0;
	container->ids = claim(reader, span, (uint64_t) container->count * container->id_size);
	if (container->ids == NULL)
		return false;
	container->offsets =
		claim(reader, span, ((uint64_t) container->count + 1) * container->offset_size);
	if (container->offsets == NULL)
		return false;
	values_len = load_small(container->offsets + (size_t) container->count * container->offset_size,
							container->offset_size);
	if (values_len > span_left(span))
		return fail(reader->writer, "variant value is cut short");
	container->values.pos = span->pos;
	container->values.end = span->pos + values_len;
	return true;
}

/* Element i; it ends somewhere before the end of all values. */
static bool
container_value(VariantReader *reader, const Container *container, uint32_t i, Span *value)
{
	uint32_t offset = load_small(container->offsets + (size_t) i * container->offset_size,
								 container->offset_size);

	if (offset >= span_left(&container->values))
		return fail(reader->writer, "variant value has an element outside of its bytes");
	value->pos = container->values.pos + offset;
	value->end = container->values.end;
	return true;
}

static void
put_array(VariantReader *reader, Span *span, uint32_t header, int depth)
{
	Container container;
	Span value;
	uint32_t i;

	if (!open_container(reader, span, header, false, &container))
		return;
	pq_json_literal(reader->writer, "[");
	for (i = 0; i < container.count && reader->writer->status == FMT_OK; i++)
	{
		if (i > 0)
			pq_json_literal(reader->writer, ",");
		if (container_value(reader, &container, i, &value))
			put_value(reader, value, depth + 1);
	}
	pq_json_literal(reader->writer, "]");
}

static void
put_members(VariantReader *reader, const Container *container, int depth)
{
	uint32_t i;

	for (i = 0; i < container->count && reader->writer->status == FMT_OK; i++)
	{
		uint32_t id =
			load_small(container->ids + (size_t) i * container->id_size, container->id_size);
		PqBytes name;
		Span value;

		if (i > 0)
			pq_json_literal(reader->writer, ",");
		if (!find_name(reader, id, &name) || !container_value(reader, container, i, &value))
			return;
		pq_json_name(reader->writer, name.data, name.len);
		put_value(reader, value, depth + 1);
	}
}

/* 4 bytes of length, then that many bytes. */
static bool
claim_bytes(VariantReader *reader, Span *span, PqBytes *bytes)
{
	const unsigned char *length = claim(reader, span, 4);
	const unsigned char *data;

	if (length == NULL)
		return false;
	bytes->len = load_small(length, 4);
	data = claim(reader, span, bytes->len);
	bytes->data = (const char *) data;
	return data != NULL;
}

static void
put_primitive(VariantReader *reader, Span *span, uint32_t type)
{
	PqBytes bytes;

	if (type == VARIANT_STRING)
	{
		if (claim_bytes(reader, span, &bytes))
			pq_json_string(reader->writer, bytes.data, bytes.len);
	}
	else if (type == VARIANT_BINARY)
	{
		if (claim_bytes(reader, span, &bytes))
			pq_json_binary(reader->writer, bytes.data, bytes.len);
	}
	else
	{
		uint32_t size = pq_variant_fixed_size(type);
		const unsigned char *data = claim(reader, span, size);

		if (data != NULL)
			pq_variant_fixed_json(reader->writer, type, data, size);
	}
}

/* The value at the start of span, which may be longer. */
static void
put_value(VariantReader *reader, Span span, int depth)
{
	Container container;
	const unsigned char *first;
	uint32_t header;

	if (depth >= PQ_MAX_NESTING)
	{
		(void) fail(reader->writer, "variant value is nested too deeply");
		return;
	}
	first = claim(reader, &span, 1);
	if (first == NULL)
		return;
	header = *first >> 2;
	switch (*first & 3)
	{
		case BASIC_PRIMITIVE:
			put_primitive(reader, &span, header);
			break;
		case BASIC_SHORT_STRING:
			first = claim(reader, &span, header);
			if (first != NULL)
				pq_json_string(reader->writer, (const char *) first, header);
			break;
		case BASIC_OBJECT:
			if (!open_container(reader, &span, header, true, &container))
				return;
			pq_json_literal(reader->writer, "{");
			put_members(reader, &container, depth);
			pq_json_literal(reader->writer, "}");
			break;
		default:
			put_array(reader, &span, header, depth);
			break;
	}
}

void
pq_variant_value_json(PqJsonWriter *writer, const PqVariantMetadata *metadata, PqBytes value,
					  int depth)
{
	VariantReader reader = {writer, metadata, value.len};
	Span span = {(const unsigned char *) value.data,
				 (const unsigned char *) value.data + value.len};

	put_value(&reader, span, depth);
}

void
pq_variant_members_json(PqJsonWriter *writer, const PqVariantMetadata *metadata, PqBytes value,
						int depth, uint32_t *nfields)
{
	VariantReader reader = {writer, metadata, value.len};
	Span span = {(const unsigned char *) value.data,
				 (const unsigned char *) value.data + value.len};
	const unsigned char *first = claim(&reader, &span, 1);
	Container container;

	*nfields = 0;
	if (first == NULL)
		return;
	if ((*first & 3) != BASIC_OBJECT)
		(void) fail(writer, "variant value with shredded fields is not an object");
	else if (open_container(&reader, &span, *first >> 2, true, &container))
	{
		*nfields = container.count;
		put_members(&reader, &container, depth);
	}
}

FmtStatus
pq_variant_json(PqBytes metadata, PqBytes value, const PqJsonStyle *style, const PqSink *sink,
				PqError *error)
{
	PqVariantMetadata names;
	PqJsonWriter writer;

	pq_json_begin(&writer, sink, style, error);
	if (pq_variant_metadata(&writer, metadata, &names))
		pq_variant_value_json(&writer, &names, value, 0);
	return pq_json_finish(&writer);
}
