#pragma once
#include <stddef.h>
#include <stdint.h>
// libFuzzer's entry for programs that have their own main; scripts/fuzz.sh names the archive.
int LLVMFuzzerRunDriver(
    int *count, char ***arguments, int (*callback)(const uint8_t *bytes, size_t count));
