#pragma once

#include <stddef.h>

/* openapi.json, as it was when the program was built. */
extern const char openapi_json[];
extern const size_t openapi_json_size;
