/* SPDX-License-Identifier: Apache-2.0 */
/* What every program needs; of /etc by name, because keys and passwords are there, too. */
#include <stddef.h>

#include "base/sandbox.h"

#define PROGRAMS(where)                                                                            \
	{                                                                                          \
		.path = where, .rights = IT_SANDBOX_READ | IT_SANDBOX_EXECUTE                      \
	}
#define SETTINGS(where)                                                                            \
	{                                                                                          \
		.path = where, .rights = IT_SANDBOX_READ                                           \
	}
#define DEVICE(where)                                                                              \
	{                                                                                          \
		.path = where, .rights = IT_SANDBOX_READ | IT_SANDBOX_WRITE                        \
	}

/* clang-format off */
const struct it_sandbox_path it_sandbox_system[] = {
	PROGRAMS("/usr"),
	PROGRAMS("/bin"),
	PROGRAMS("/sbin"),
	PROGRAMS("/lib"),
	PROGRAMS("/lib32"),
	PROGRAMS("/lib64"),
	PROGRAMS("/libx32"),
	PROGRAMS("/opt"),
	PROGRAMS("/gnu/store"),
	PROGRAMS("/nix/store"),
	PROGRAMS("/run/current-system/sw"),
	SETTINGS("/etc/alternatives"),
	SETTINGS("/etc/bash.bashrc"),
	SETTINGS("/etc/ca-certificates"),
	SETTINGS("/etc/crypto-policies"),
	SETTINGS("/etc/debian_version"),
	SETTINGS("/etc/group"),
	SETTINGS("/etc/host.conf"),
	SETTINGS("/etc/hosts"),
	SETTINGS("/etc/ld.so.cache"),
	SETTINGS("/etc/ld.so.conf"),
	SETTINGS("/etc/ld.so.conf.d"),
	SETTINGS("/etc/ld.so.preload"),
	SETTINGS("/etc/ld-musl-x86_64.path"),
	SETTINGS("/etc/ld-musl-aarch64.path"),
	SETTINGS("/etc/locale.alias"),
	SETTINGS("/etc/localtime"),
	SETTINGS("/etc/magic"),
	SETTINGS("/etc/mime.types"),
	SETTINGS("/etc/nsswitch.conf"),
	SETTINGS("/etc/os-release"),
	SETTINGS("/etc/passwd"),
	SETTINGS("/etc/perl"),
	SETTINGS("/etc/pki/ca-trust"),
	SETTINGS("/etc/pki/tls/certs"),
	SETTINGS("/etc/pki/tls/openssl.cnf"),
	SETTINGS("/etc/protocols"),
	SETTINGS("/etc/python3"),
	SETTINGS("/etc/python3.9"),
	SETTINGS("/etc/python3.10"),
	SETTINGS("/etc/python3.11"),
	SETTINGS("/etc/python3.12"),
	SETTINGS("/etc/python3.13"),
	SETTINGS("/etc/python3.14"),
	SETTINGS("/etc/services"),
	SETTINGS("/etc/shells"),
	SETTINGS("/etc/ssl/certs"),
	SETTINGS("/etc/ssl/openssl.cnf"),
	SETTINGS("/etc/terminfo"),
	SETTINGS("/etc/timezone"),
	DEVICE("/dev/null"),
	DEVICE("/dev/zero"),
	DEVICE("/dev/full"),
	DEVICE("/dev/random"),
	DEVICE("/dev/urandom"),
};
/* clang-format on */

const size_t it_sandbox_system_count = IT_COUNT_OF(it_sandbox_system);
