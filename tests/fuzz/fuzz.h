/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target is: one function that takes any bytes and must neither crash nor leak.
 *
 * A target is one file, tests/fuzz/NAME.c, with a folder of inputs, tests/fuzz/corpus/NAME.  Built
 * with --enable-fuzzers it is a libFuzzer program; otherwise replay.c gives it a main() that runs
 * the inputs in every "make check".
 */
#ifndef INTOTO_TESTS_FUZZ_H
#define INTOTO_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
