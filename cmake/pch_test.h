#pragma once
#include "cmake/pch_qt.h"
#include "tests/support/test.h"
