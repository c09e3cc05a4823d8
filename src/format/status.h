/*
 * status.h: how the decoders of src/format report what happened.
 *
 * Nothing below src/format knows PostgreSQL: functions return a FmtStatus,
 * bad data is a value and never a jump.  A caller that wants details passes a
 * FmtError, which the callee fills only when it returns an error status.
 */
#ifndef INGEST_FORMAT_STATUS_H
#define INGEST_FORMAT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbered with gaps so that a kind can be added without renumbering. */
typedef enum FmtStatus
{
	FMT_OK = 0,
	FMT_END = 1,        /* no more data; not an error */
	FMT_NEED_INPUT = 2, /* the answer depends on bytes behind the buffer */
	FMT_CORRUPT = 10,   /* bytes that the format forbids */
	FMT_TRUNCATED = 11, /* the stream ends inside a unit */
	FMT_CHECKSUM = 12,  /* stored and computed checksum differ */
	FMT_ENCODING = 13,  /* a text that is not in its encoding */
	FMT_UNSUPPORTED = 20,
	FMT_LIMIT = 30, /* a size beyond a cap */
	FMT_NO_MEMORY = 40,
	FMT_IO = 50 /* the operating system refused; errno is kept in FmtError */
} FmtStatus;

#define FMT_IS_ERROR(status) ((status) >= FMT_CORRUPT)

typedef struct FmtError
{
	FmtStatus status;
	uint64_t offset;   /* byte in the stream that the decoder was given */
	int os_error;      /* errno for FMT_IO, else 0 */
	char message[200]; /* lower case, no period, no data bytes */
} FmtError;

#endif
