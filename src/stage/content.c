/*
 * content.c: files that are known by their content, under whatever name.
 *
 * A content is a size and a hash.  Hashing costs a read, so a file is hashed here only when
 * its size is that of a published file or of another file of the call; all others are new
 * for certain, and hashed while they are read.
 */
#include "postgres.h"

#include "stage/content.h"

#include "manifest/manifest.h"
#include "miscadmin.h"
#include "source/source.h"

static int
compare_sizes(const void *a, const void *b)
{
	int64 left = *(const int64 *) a;
	int64 right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}

/* Do two of the n sizes, which are sorted, equal this one? */
static bool
size_is_shared(const int64 *sorted, int n, int64 size)
{
	const int64 *found = bsearch(&size, sorted, n, sizeof(int64), compare_sizes);

	return found != NULL &&
		   ((found > sorted && found[-1] == size) || (found < sorted + n - 1 && found[1] == size));
}

/* Has this content been accepted in this call already? Remembers it if not. */
static bool
seen_before(List **seen, const SourceIdentity *identity)
{
	SourceIdentity *copy;
	ListCell *lc;

	foreach (lc, *seen)
	{
		const SourceIdentity *other = lfirst(lc);

		if (other->size == identity->size &&
			memcmp(other->hash, identity->hash, SOURCE_HASH_LEN) == 0)
			return true;
	}
	copy = palloc(sizeof(SourceIdentity));
	*copy = *identity;
	*seen = lappend(*seen, copy);
	return false;
}

/* The identity of a file of the load, from the manifest if it was read to its end before. */
static void
identify_known(const ManifestFile *manifest, const SourceFile *source, SourceIdentity *identity)
{
	if (manifest->content_hash == NULL)
	{
		source_identify(source, identity);
		return;
	}
	identity->size = manifest->size;
	memcpy(identity->hash, manifest->content_hash, SOURCE_HASH_LEN);
}

/* The sizes of files, in their order. */
static int64 *
sizes_of(List *files)
{
	int64 *sizes = palloc(Max(list_length(files), 1) * sizeof(int64));
	ListCell *lc;

	foreach (lc, files)
		sizes[foreach_current_index(lc)] = ((SourceFile *) lfirst(lc))->size;
	return sizes;
}

List *
content_drop_published(Oid target, List *files, int *skipped)
{
	int n = list_length(files);
	bool *published = palloc0(Max(n, 1) * sizeof(bool));
	List *result = NIL;
	int i;

	manifest_published_sizes(target, sizes_of(files), n, published);
	for (i = 0; i < n; i++)
	{
		SourceFile *file = list_nth(files, i);
		SourceIdentity identity;

		CHECK_FOR_INTERRUPTS();
		if (published[i])
		{
			source_identify(file, &identity);
			if (manifest_content_published(target, identity.size, identity.hash))
			{
				(*skipped)++;
				continue;
			}
		}
		result = lappend(result, file);
	}
	return result;
}

List *
content_drop_repeated(List *files, List *known, int *skipped)
{
	int n = list_length(files);
	int64 *sorted = sizes_of(files);
	List *result = NIL;
	List *seen = NIL;
	int i;

	qsort(sorted, n, sizeof(int64), compare_sizes);
	for (i = 0; i < n; i++)
	{
		SourceFile *file = list_nth(files, i);
		bool is_known = i < list_length(known);
		SourceIdentity identity;

		CHECK_FOR_INTERRUPTS();
		if (size_is_shared(sorted, n, file->size))
		{
			if (is_known)
				identify_known(list_nth(known, i), file, &identity);
			else
				source_identify(file, &identity);
			if (seen_before(&seen, &identity) && !is_known)
			{
				(*skipped)++;
				continue;
			}
		}
		if (!is_known)
			result = lappend(result, file);
	}
	return result;
}
