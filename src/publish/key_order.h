/*
 * key_order.h: whether sorting the staged rows can be left out.
 */
#ifndef INGEST_PUBLISH_KEY_ORDER_H
#define INGEST_PUBLISH_KEY_ORDER_H

#include "publish/publish.h"

/*
 * Whether the lanes, merged, hold the request's key in strictly ascending
 * order: then no key occurs twice, and inserting them in the order of the files
 * fills an index nearly in order.  Reads the lanes, which are heaps, only up to
 * the first row that is out of order or, but for their markers, has no key.
 */
extern bool key_order_is_strict(const PublishRequest *request);

#endif
