/* The version, for whoever tells it. */
#pragma once

#define DAVENPORT_VERSION "0.1.0"
