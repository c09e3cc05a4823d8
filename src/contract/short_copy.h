/*
 * short_copy.h: copying as few bytes as a field of a file has.
 *
 * A call of memcpy() takes longer than the copying of ten or twenty bytes, and a
 * row takes a dozen such calls.
 */
#ifndef INGEST_CONTRACT_SHORT_COPY_H
#define INGEST_CONTRACT_SHORT_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SHORT_COPY_MAX 128 /* beyond it memcpy() is faster */

/* Two copies of half a power of two, which may overlap, cover any length between the two. */
#define SHORT_COPY_ENDS(type, to, from, len)                         \
	do                                                               \
	{                                                                \
		type head_;                                                  \
		type tail_;                                                  \
		memcpy(&head_, (from), sizeof(type));                        \
		memcpy(&tail_, (from) + (len) - sizeof(type), sizeof(type)); \
		memcpy((to), &head_, sizeof(type));                          \
		memcpy((to) + (len) - sizeof(type), &tail_, sizeof(type));   \
	} while (0)

/* memcpy(); reads and writes nothing beyond len bytes. */
static inline void
short_copy(char *to, const char *from, size_t len)
{
	if (len > SHORT_COPY_MAX)
		memcpy(to, from, len);
	else if (len >= 16)
	{
		const size_t last = len - 16;
		size_t i;

		for (i = 0; i < last; i += 16)
			memcpy(to + i, from + i, 16);
		memcpy(to + last, from + last, 16);
	}
	else if (len >= 8)
		SHORT_COPY_ENDS(uint64_t, to, from, len);
	else if (len >= 4)
		SHORT_COPY_ENDS(uint32_t, to, from, len);
	else if (len >= 2)
		SHORT_COPY_ENDS(uint16_t, to, from, len);
	else if (len == 1)
		*to = *from;
}

#endif
