/*
 * key_order.h: whether sorting the staged rows can be left out.
 */
#ifndef INGEST_PUBLISH_KEY_ORDER_H
#define INGEST_PUBLISH_KEY_ORDER_H

#include "publish/publish.h"

/*
 * Whether the lanes, merged, hold the request's key in strictly ascending
 * order: then no key occurs twice, and inserting lane by lane fills an index
 * nearly in order.  Reads the lanes only up to the first row out of order.
 */
extern bool key_order_is_strict(const PublishRequest *request);

#endif
