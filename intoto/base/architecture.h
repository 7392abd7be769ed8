/* SPDX-License-Identifier: Apache-2.0 */
/* By which numbers the kernel is called here. */
#ifndef IT_BASE_ARCHITECTURE_H
#define IT_BASE_ARCHITECTURE_H

#include <linux/audit.h>

enum it_architecture { IT_X86_64, IT_I386, IT_AARCH64, IT_ARCHITECTURES };

/*
 * IT_NATIVE is ours, IT_ARCHITECTURES where it is not known.  Programs of others may run here, too:
 * IT_SECOND is the one that we know, and IT_X32_BIT marks calls by yet other numbers.
 */
#if defined __x86_64__ && !defined __ILP32__
#define IT_NATIVE IT_X86_64
#define IT_SECOND IT_I386
#define IT_X32_BIT 0x40000000U
#elif defined __aarch64__ && !defined __ILP32__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define IT_NATIVE IT_AARCH64
#define IT_SECOND IT_ARCHITECTURES
#define IT_X32_BIT 0U
#else
#define IT_NATIVE IT_ARCHITECTURES
#define IT_SECOND IT_ARCHITECTURES
#define IT_X32_BIT 0U
#endif

/* As a filter sees them. */
static inline unsigned it_architecture_audit(enum it_architecture architecture)
{
	static const unsigned values[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
					   0 };

	return values[architecture];
}

/* IT_ARCHITECTURES: not known. */
static inline enum it_architecture it_architecture_of(unsigned audit)
{
	for (int i = IT_X86_64; i < IT_ARCHITECTURES; i++)
		if (it_architecture_audit((enum it_architecture)i) == audit)
			return (enum it_architecture)i;
	return IT_ARCHITECTURES;
}

#endif
