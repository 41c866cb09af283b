## SPDX-License-Identifier: GPL-3.0-or-later
tlsd_SOURCES += \
	src/start/commandline.c src/start/commandline.h \
	src/start/conftest.c src/start/conftest.h \
	src/start/process.c src/start/process.h \
	src/start/startconf.c src/start/startconf.h \
	src/start/startreport.c src/start/startreport.h \
	src/start/surroundings.c src/start/surroundings.h \
	src/start/takeover.c src/start/takeover.h
