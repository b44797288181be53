/* What both sides have agreed on about one picture of an item. */
#pragma once

enum picture_state {
	PICTURE_SENT,
	PICTURE_CONFIRMED, /* the row has shown it as fetched */
	PICTURE_LEFT_OUT,  /* the row is to stay without it */
};
