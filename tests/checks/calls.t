#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each system call of the kernel is followed by a tracer, or stands here with the reason why it need
# not be.  One that is in neither list fails: it came with a new kernel, and somebody has to think.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"

# A reason, and the calls below it.
passed_by='
# tells what is there, and no content
access cachestat faccessat faccessat2 fanotify_init fanotify_mark fgetxattr file_getattr
flistxattr fstat fstat64 fstatat fstatat64 fstatfs fstatfs64 getcwd getxattr getxattrat
inotify_add_watch inotify_init inotify_init1 inotify_rm_watch lgetxattr listmount listns
listxattr listxattrat llistxattr lookup_dcookie lstat lstat64 mincore name_to_handle_at
newfstatat oldfstat oldlstat oldstat quotactl quotactl_fd readlink readlinkat stat stat64 statfs
statfs64 statmount statx sysfs ustat
# changes where relative names begin, which is asked for each time
chdir fchdir
# works on what was opened before, which was seen
_llseek _newselect close close_range copy_file_range dup dup2 dup3 epoll_create epoll_create1
epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old fadvise64
fadvise64_64 fallocate fcntl fcntl64 fdatasync finit_module flock fsync ftruncate ftruncate64
getdents getdents64 io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64
io_setup io_submit kexec_file_load lseek mmap mmap2 mremap msync munmap poll ppoll ppoll_time64
pread64 preadv preadv2 pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead readdir
readv remap_file_pages select sendfile sendfile64 splice sync sync_file_range sync_file_range2
syncfs tee umask vmsplice write writev
# works on a socket that was bound or connected before, which was seen; or takes descriptors from one
accept accept4 getpeername getsockname getsockopt listen recvfrom recvmmsg recvmmsg_time64
recvmsg setsockopt shutdown socket socketpair
# has no name in a file system
add_key eventfd eventfd2 ipc keyctl landlock_add_rule landlock_create_ruleset
landlock_restrict_self memfd_create memfd_secret mq_getsetattr mq_notify mq_open mq_timedreceive
mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd
perf_event_open pidfd_open pipe pipe2 request_key semctl semget semop semtimedop
semtimedop_time64 shmat shmctl shmdt shmget signalfd signalfd4 timerfd_create timerfd_gettime
timerfd_gettime64 timerfd_settime timerfd_settime64 userfaultfd
# makes a process, whose calls are seen from its first on
clone clone3 exit exit_group fork unshare vfork wait4 waitid waitpid
# acts on another process, whose own calls are seen if it belongs to the step
kcmp kill migrate_pages move_pages pidfd_send_signal prlimit64 process_madvise process_mrelease
process_vm_readv process_vm_writev ptrace rt_sigqueueinfo rt_tgsigqueueinfo tgkill tkill
# adds to the filter, and can take nothing from it
prctl seccomp
# concerns the machine and no file that the step names
_sysctl adjtimex bdflush clock_adjtime clock_adjtime64 clock_settime clock_settime64
create_module delete_module get_kernel_syms init_module ioperm iopl kexec_load modify_ldt
nfsservctl oldolduname olduname personality query_module reboot setdomainname sethostname
settimeofday stime sysinfo syslog uname vhangup vm86 vm86old
# does not exist in any kernel that we run on
afs_syscall break ftime getpmsg gtty idle lock mpx prof profil putpmsg security stty tuxcall
ulimit vserver
# concerns the process itself: memory, time, signals, identity, scheduling
alarm arch_prctl brk capget capset clock_getres clock_getres_time64 clock_gettime
clock_gettime64 clock_nanosleep clock_nanosleep_time64 futex futex_requeue futex_time64
futex_wait futex_waitv futex_wake get_mempolicy get_robust_list get_thread_area getcpu getegid
getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpgid getpgrp
getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit
getrusage getsid gettid gettimeofday getuid getuid32 ioprio_get ioprio_set lsm_get_self_attr
lsm_list_modules lsm_set_self_attr madvise map_shadow_stack mbind membarrier mlock mlock2
mlockall mprotect mseal munlock munlockall nanosleep nice pause pkey_alloc pkey_free
pkey_mprotect restart_syscall rseq rseq_slice_yield rt_sigaction rt_sigpending rt_sigprocmask
rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 sched_get_priority_max
sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr
sched_setparam sched_setscheduler sched_yield set_mempolicy set_mempolicy_home_node
set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid
setgid32 setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid
setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid setuid setuid32 sgetmask
sigaction sigaltstack signal sigpending sigprocmask sigreturn sigsuspend ssetmask time
timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
timer_settime64 times ugetrlimit uprobe uretprobe
'

table="$INTOTO_SOURCE/intoto/run/tracer_calls.c"

# numbers HEADER: NAME NUMBER of each call that it knows
numbers() {
	printf '#include <%s>\n' "$1" | $INTOTO_CC -E -dM - 2>/dev/null |
		sed -nE 's/^#define __NR(3264)?_([a-z0-9_]+) \(?([0-9]+)\)?$/\2 \3/p' | sort
}

# followed: NAME X86_64 I386 AARCH64 of each row
followed() {
	sed -nE 's/^\t\{ "([a-z0-9_]+)", \{ ([0-9A-Z]+), ([0-9A-Z]+), ([0-9A-Z]+) \}.*/\1 \2 \3 \4/p' "$table"
}

# unknown FILE: names in it that are in neither list
unknown() {
	{ followed | cut -d' ' -f1; printf '%s\n' "$passed_by" | grep -v '^#' | tr ' ' '\n'; } | sort -u >lists
	cut -d' ' -f1 "$1" | sort -u | comm -23 - lists
}
all_known() {
	local found
	found=$(unknown "$1")
	[ -z "$found" ] || { echo "neither followed nor passed by:" $found; return 1; }
}

# agrees COLUMN FILE: numbers of the table that the header has otherwise
agrees() {
	followed | awk -v column="$1" '
		NR == FNR { number[$1] = $2; next }
		# the newest calls are not in all headers
		$column != "NONE" && ($1 in number) && number[$1] != $column { print $1, $column, number[$1]; bad = 1 }
		$column == "NONE" && ($1 in number) { print $1, "has the number", number[$1]; bad = 1 }
		END { exit bad }' "$2" -
}

numbers asm/unistd.h >here
ok 'the kernel has calls' test "$(wc -l <here)" -gt 250
ok 'each is followed or passed by' all_known here
ok 'the table has rows' test "$(followed | wc -l)" -gt 70
ok 'no call is in both lists' test -z "$({ followed | cut -d' ' -f1; printf '%s\n' "$passed_by" | grep -v '^#' | tr ' ' '\n'; } |
	grep . | sort | uniq -d)"
case $(uname -m) in
x86_64) ok 'with the numbers of this machine' agrees 2 here ;;
aarch64) ok 'with the numbers of this machine' agrees 4 here ;;
esac
numbers asm/unistd_32.h >narrow
if [ "$(uname -m)" = x86_64 ] && [ -s narrow ]; then
	ok 'with those of programs of 32 bits' agrees 3 narrow
	ok 'of which each is followed or passed by, too' all_known narrow
fi
numbers asm-generic/unistd.h >generic
if [ -s generic ]; then
	# what machines of 64 bits and aarch64 leave out
	sed -i -E '/^(sync_file_range2|arch_specific_syscall|syscalls|[a-z_]*_time64) /d' generic
	ok 'with those of aarch64' agrees 4 generic
	ok 'of which each is followed or passed by, too' all_known generic
fi

echo 'open_by_thought 999' >planted
refuses 1 'neither followed nor passed by: open_by_thought' 'finds a call that nobody thought of' all_known planted
echo 'openat 1' >planted
refuses 1 'openat 257 1' 'finds a wrong number' agrees 2 planted

done_testing
