dnl SPDX-License-Identifier: Apache-2.0
dnl What a developer can switch on, and the flags that follow from it.

dnl IT_BUILD_KINDS: the --enable switches.
AC_DEFUN([IT_BUILD_KINDS], [
  AC_ARG_ENABLE([developer],
    [AS_HELP_STRING([--enable-developer], [make every warning of the house style an error])],
    [], [enable_developer=no])
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers], [build with AddressSanitizer and UndefinedBehaviorSanitizer])],
    [], [enable_sanitizers=no])
  AC_ARG_ENABLE([fuzzers],
    [AS_HELP_STRING([--enable-fuzzers], [build the fuzz targets with libFuzzer (needs clang)])],
    [], [enable_fuzzers=no])
  AC_ARG_ENABLE([coverage],
    [AS_HELP_STRING([--enable-coverage], [build with gcov counters])],
    [], [enable_coverage=no])
  AM_CONDITIONAL([FUZZERS], [test "x$enable_fuzzers" = xyes])
  AM_CONDITIONAL([SANITIZERS], [test "x$enable_sanitizers" = xyes])
  AM_CONDITIONAL([COVERAGE], [test "x$enable_coverage" = xyes])
])

dnl IT_TRY_FLAG(VARIABLE, FLAG): adds FLAG to VARIABLE when the compiler takes it without a word.
AC_DEFUN([IT_TRY_FLAG], [
  AS_VAR_PUSHDEF([have], [it_cv_flag_$2])
  AC_CACHE_CHECK([whether $CC takes $2], [have], [
    it_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
      [AS_VAR_SET([have], [yes])], [AS_VAR_SET([have], [no])])
    CFLAGS=$it_save_CFLAGS])
  AS_VAR_IF([have], [yes], [$1="$$1 $2"])
  AS_VAR_POPDEF([have])
])

dnl Quoted: linker flags have commas.
AC_DEFUN([IT_TRY_FLAGS], [m4_foreach_w([it_flag], [$2], [IT_TRY_FLAG([$1], m4_defn([it_flag]))])])

dnl IT_COMPILER_FLAGS: WARN_CFLAGS, HARDEN_CFLAGS, HARDEN_LDFLAGS, KIND_CFLAGS, KIND_LDFLAGS.
AC_DEFUN([IT_COMPILER_FLAGS], [
  WARN_CFLAGS=
  IT_TRY_FLAGS([WARN_CFLAGS], [-std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion
    -Wshadow -Wcast-qual -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef
    -Wswitch-enum -Wnull-dereference -Wwrite-strings -Wpointer-arith])
  AS_IF([test "x$enable_developer" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])

  HARDEN_CFLAGS=
  HARDEN_LDFLAGS=
  KIND_CFLAGS=
  KIND_LDFLAGS=
  dnl Hardening hides what sanitizers, coverage and valgrind look for (zeroed variables, FORTIFY without -O).
  AS_IF([test "x$enable_sanitizers$enable_fuzzers$enable_coverage" = xnonono], [
    IT_TRY_FLAGS([HARDEN_CFLAGS], [-fstack-protector-strong -fstack-clash-protection
      -fcf-protection=full -fstrict-flex-arrays=3 -ftrivial-auto-var-init=zero -fno-common])
    AC_CACHE_CHECK([whether _FORTIFY_SOURCE=3 can be asked for], [it_cv_fortify], [
      it_save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS -O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"
      AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
        [it_cv_fortify=yes], [it_cv_fortify=no])
      CFLAGS=$it_save_CFLAGS])
    AS_IF([test "x$it_cv_fortify" = xyes],
      [AS_CASE([" $CFLAGS "], [*" -O0 "*], [],
        [HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"])])
    IT_TRY_FLAGS([HARDEN_LDFLAGS], [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed])
    dnl Addresses in tables, packed: less to read and to fix at each start.  An older libc does not know them.
    AC_CACHE_CHECK([whether libc knows packed relocations], [it_cv_relr], [
      AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <features.h>
        #if !defined __GLIBC_PREREQ || !__GLIBC_PREREQ(2, 36)
        #error no
        #endif]], [])], [it_cv_relr=yes], [it_cv_relr=no])])
    AS_IF([test "x$it_cv_relr" = xyes],
      [IT_TRY_FLAGS([HARDEN_LDFLAGS], [-Wl,-z,pack-relative-relocs])])
  ])
  AS_IF([test "x$enable_sanitizers" = xyes], [
    KIND_CFLAGS="$KIND_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    KIND_LDFLAGS="$KIND_LDFLAGS -fsanitize=address,undefined"])
  AS_IF([test "x$enable_fuzzers" = xyes], [
    AC_MSG_CHECKING([whether $CC has libFuzzer])
    it_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -fsanitize=fuzzer"
    AC_LINK_IFELSE([AC_LANG_SOURCE([[#include <stddef.h>
      #include <stdint.h>
      int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) { return d == 0 && n; }]])],
      [AC_MSG_RESULT([yes])],
      [AC_MSG_RESULT([no])
       AC_MSG_ERROR([--enable-fuzzers needs libFuzzer: configure with CC=clang (Debian: clang libclang-rt-dev)])])
    CFLAGS=$it_save_CFLAGS
    KIND_CFLAGS="$KIND_CFLAGS -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
    KIND_LDFLAGS="$KIND_LDFLAGS -fsanitize=address,undefined"
    FUZZ_LDFLAGS="-fsanitize=fuzzer"])
  AS_IF([test "x$enable_coverage" = xyes], [
    KIND_CFLAGS="$KIND_CFLAGS -O0 --coverage -fprofile-abs-path"
    KIND_LDFLAGS="$KIND_LDFLAGS --coverage"])
  AC_SUBST([WARN_CFLAGS])
  AC_SUBST([HARDEN_CFLAGS])
  AC_SUBST([HARDEN_LDFLAGS])
  AC_SUBST([KIND_CFLAGS])
  AC_SUBST([KIND_LDFLAGS])
  AC_SUBST([FUZZ_LDFLAGS])
])
