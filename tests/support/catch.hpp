// SPDX-License-Identifier: Apache-2.0
// Catch2 version 3 where the system has it, else 2.13: the macros that we use are the same.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
