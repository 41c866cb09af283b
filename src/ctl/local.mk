## SPDX-License-Identifier: GPL-3.0-or-later
libtlsdctl_a_SOURCES = \
	src/ctl/ctlstatus.h \
	src/ctl/drain.c src/ctl/drain.h \
	src/ctl/fields.c src/ctl/fields.h \
	src/ctl/frame.c src/ctl/frame.h \
	src/ctl/table.c src/ctl/table.h \
	src/ctl/top.c src/ctl/top.h \
	src/ctl/wire.c src/ctl/wire.h
