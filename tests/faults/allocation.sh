#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every n-th allocation of a connection fails, for each kind of connection.
exec "${top_builddir:-.}/tests/faults/check_allocation" "$@"
