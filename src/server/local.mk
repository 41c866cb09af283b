## SPDX-License-Identifier: GPL-3.0-or-later
libtlsd_a_SOURCES += \
	src/server/controlcommand.c src/server/controlcommand.h \
	src/server/pipeline.c src/server/pipeline.h \
	src/server/preflight.c src/server/preflight.h \
	src/server/reload.c src/server/reload.h \
	src/server/selfreport.c src/server/selfreport.h \
	src/server/server.c src/server/server.h \
	src/server/serverlog.c src/server/serverlog.h \
	src/server/serverparts.c src/server/serverparts.h \
	src/server/shutdown.c src/server/shutdown.h \
	src/server/accept/acceptor.c src/server/accept/acceptor.h \
	src/server/accept/activation.c src/server/accept/activation.h \
	src/server/accept/admission.c src/server/accept/admission.h \
	src/server/accept/bindfault.c src/server/accept/bindfault.h \
	src/server/accept/binding.c src/server/accept/binding.h \
	src/server/accept/bindingset.c src/server/accept/bindingset.h \
	src/server/accept/entry.c src/server/accept/entry.h \
	src/server/accept/hello.c src/server/accept/hello.h \
	src/server/accept/listener.c src/server/accept/listener.h \
	src/server/accept/proxyheader.c src/server/accept/proxyheader.h \
	src/server/accept/relief.c src/server/accept/relief.h \
	src/server/accept/sparefds.c src/server/accept/sparefds.h \
	src/server/conf/answerkind.c src/server/conf/answerkind.h \
	src/server/conf/assignment.c src/server/conf/assignment.h \
	src/server/conf/conf.c src/server/conf/conf.h \
	src/server/conf/conffields.h \
	src/server/conf/confreader.c src/server/conf/confreader.h \
	src/server/conf/facility.c src/server/conf/facility.h \
	src/server/conf/inifile.c src/server/conf/inifile.h \
	src/server/conf/keyadvice.c src/server/conf/keyadvice.h \
	src/server/conf/keytable.c src/server/conf/keytable.h \
	src/server/conf/lookalikecheck.c src/server/conf/lookalikecheck.h \
	src/server/conf/section.c src/server/conf/section.h \
	src/server/conf/setting.c src/server/conf/setting.h \
	src/server/connection/accesslog.c src/server/connection/accesslog.h \
	src/server/connection/connection.c src/server/connection/connection.h \
	src/server/connection/connectiontable.c src/server/connection/connectiontable.h \
	src/server/connection/conversation.c src/server/connection/conversation.h \
	src/server/connection/outcome.c src/server/connection/outcome.h \
	src/server/connection/peers.c src/server/connection/peers.h \
	src/server/connection/phase.c src/server/connection/phase.h \
	src/server/connection/recheck.c src/server/connection/recheck.h \
	src/server/connection/stats.c src/server/connection/stats.h \
	src/server/connection/waitlist.c src/server/connection/waitlist.h \
	src/server/control/control.c src/server/control/control.h \
	src/server/control/controlplace.c src/server/control/controlplace.h \
	src/server/control/handover.c src/server/control/handover.h \
	src/server/event/loop.c src/server/event/loop.h \
	src/server/event/signals.c src/server/event/signals.h \
	src/server/event/timers.c src/server/event/timers.h \
	src/server/limits/limits.c src/server/limits/limits.h \
	src/server/limits/loglimit.c src/server/limits/loglimit.h \
	src/server/page/pageattention.c src/server/page/pageattention.h \
	src/server/page/pagecertificates.c src/server/page/pagecertificates.h \
	src/server/page/pagefailures.c src/server/page/pagefailures.h \
	src/server/page/pagegraph.c src/server/page/pagegraph.h \
	src/server/page/pagephases.c src/server/page/pagephases.h \
	src/server/page/pageservices.c src/server/page/pageservices.h \
	src/server/page/pagetext.c src/server/page/pagetext.h \
	src/server/page/statuspage.c src/server/page/statuspage.h \
	src/server/process/cgroup.c src/server/process/cgroup.h \
	src/server/process/chroot.c src/server/process/chroot.h \
	src/server/process/daemon.c src/server/process/daemon.h \
	src/server/process/inheritance.c src/server/process/inheritance.h \
	src/server/process/notify.c src/server/process/notify.h \
	src/server/process/pidfile.c src/server/process/pidfile.h \
	src/server/process/privileges.c src/server/process/privileges.h \
	src/server/process/socketfile.c src/server/process/socketfile.h \
	src/server/report/confdump.c src/server/report/confdump.h \
	src/server/report/history.c src/server/report/history.h \
	src/server/report/metrics.c src/server/report/metrics.h \
	src/server/report/serverinfo.c src/server/report/serverinfo.h \
	src/server/report/statsjson.c src/server/report/statsjson.h \
	src/server/report/statustext.c src/server/report/statustext.h \
	src/server/sandbox/capabilities.c src/server/sandbox/capabilities.h \
	src/server/sandbox/landlock.c src/server/sandbox/landlock.h \
	src/server/sandbox/memoryguard.c src/server/sandbox/memoryguard.h \
	src/server/sandbox/sandbox.c src/server/sandbox/sandbox.h \
	src/server/sandbox/syscallfilter.c src/server/sandbox/syscallfilter.h \
	src/server/snapshot/accesscheck.c src/server/snapshot/accesscheck.h \
	src/server/snapshot/acmeservice.c src/server/snapshot/acmeservice.h \
	src/server/snapshot/certwatch.c src/server/snapshot/certwatch.h \
	src/server/snapshot/current.c src/server/snapshot/current.h \
	src/server/snapshot/expiry.c src/server/snapshot/expiry.h \
	src/server/snapshot/loader.c src/server/snapshot/loader.h \
	src/server/snapshot/overlap.c src/server/snapshot/overlap.h \
	src/server/snapshot/route.c src/server/snapshot/route.h \
	src/server/snapshot/service.c src/server/snapshot/service.h \
	src/server/snapshot/snapshot.c src/server/snapshot/snapshot.h \
	src/server/snapshot/verbosity.c src/server/snapshot/verbosity.h \
	src/server/wait/linger.c src/server/wait/linger.h \
	src/server/wait/parking.c src/server/wait/parking.h \
	src/server/worker/dispatch.c src/server/worker/dispatch.h \
	src/server/worker/pool.c src/server/worker/pool.h \
	src/server/worker/queue.c src/server/worker/queue.h \
	src/server/worker/returns.c src/server/worker/returns.h \
	src/server/worker/servicequeue.c src/server/worker/servicequeue.h

## The style and the script of the status page, as arrays of bytes without a NUL at the end.
page_assets = src/server/page/statuspage.css src/server/page/statuspage.js
src/server/page/pageassets.h: $(page_assets) src/server/local.mk
	$(AM_V_GEN)$(MKDIR_P) src/server/page && for name in style:css script:js; do \
		echo "static const char pageassets_$${name%:*}[] = {" && \
		od -An -v -tx1 $(srcdir)/src/server/page/statuspage.$${name#*:} | \
			$(SED) 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g' && \
		echo '};' || exit 1; \
	done >$@.tmp && mv $@.tmp $@
src/server/page/statuspage.$(OBJEXT): src/server/page/pageassets.h
