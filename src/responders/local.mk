## SPDX-License-Identifier: GPL-3.0-or-later
libtlsd_a_SOURCES += \
	src/responders/answerconnect.c src/responders/answerconnect.h \
	src/responders/answerecho.c src/responders/answerecho.h \
	src/responders/answerexec.c src/responders/answerexec.h \
	src/responders/answerfile.c src/responders/answerfile.h \
	src/responders/answermonitor.c src/responders/answermonitor.h \
	src/responders/answerpage.c src/responders/answerpage.h \
	src/responders/answertext.c src/responders/answertext.h \
	src/responders/backenddial.c src/responders/backenddial.h \
	src/responders/fdwait.c src/responders/fdwait.h \
	src/responders/http.c src/responders/http.h \
	src/responders/kind.h \
	src/responders/mediatype.c src/responders/mediatype.h \
	src/responders/responder.c src/responders/responder.h \
	src/responders/stream.c src/responders/stream.h \
	src/responders/backend/backends.c src/responders/backend/backends.h \
	src/responders/backend/relay.c src/responders/backend/relay.h \
	src/responders/backend/sendproxy.c src/responders/backend/sendproxy.h \
	src/responders/program/account.c src/responders/program/account.h \
	src/responders/program/child.c src/responders/program/child.h \
	src/responders/program/environment.c src/responders/program/environment.h \
	src/responders/program/program.c src/responders/program/program.h \
	src/responders/program/stderrlog.c src/responders/program/stderrlog.h
