/* The version. */
#pragma once

#define DAVENPORT_VERSION "0.1.0"
