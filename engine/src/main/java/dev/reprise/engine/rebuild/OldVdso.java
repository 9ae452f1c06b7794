package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_getres;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_gettime;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getcpu;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getrandom;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_gettimeofday;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_time;

import dev.reprise.kernel.Vdso;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * The vdso of another kernel, whose functions a program has long since looked up: its pages stay where they were, and
 * each function leads to the same one of this kernel's, or makes the system call that it saved.
 */
final class OldVdso {
    private static final Map<String, Integer> CALLS = Map.of(
            "clock_gettime", SYS_clock_gettime,
            "clock_getres", SYS_clock_getres,
            "gettimeofday", SYS_gettimeofday,
            "time", SYS_time,
            "getcpu", SYS_getcpu,
            // its further arguments, the state that the vdso would keep, are ignored
            "getrandom", SYS_getrandom);
    private static final String PREFIX = "__vdso_";
    /** jmp *0(%rip), and the address. */
    private static final int JUMP_BYTES = 14;

    private OldVdso() {}

    /** {@code old} with functions that lead to those in {@code now}, which stands at {@code address}. */
    static byte[] leadingTo(byte[] old, byte[] now, long address) {
        Map<String, Vdso.Function> there = Vdso.functions(now);
        ByteBuffer code = ByteBuffer.wrap(old.clone()).order(ByteOrder.LITTLE_ENDIAN);
        Vdso.functions(old).forEach((name, function) -> {
            Vdso.Function same = there.get(name);
            if (same != null && function.bytes() >= JUMP_BYTES) {
                code.position(function.offset());
                code.put((byte) 0xff).put((byte) 0x25).putInt(0).putLong(address + same.offset());
            } else {
                call(code, name, function);
            }
        });
        return code.array();
    }

    /** {@code old} with functions that make system calls. */
    static byte[] makingCalls(byte[] old) {
        ByteBuffer code = ByteBuffer.wrap(old.clone()).order(ByteOrder.LITTLE_ENDIAN);
        Vdso.functions(old).forEach((name, function) -> call(code, name, function));
        return code.array();
    }

    // mov $number, %eax; syscall; ret. One that has no system call stops the program instead of reading what is not
    // there.
    private static void call(ByteBuffer code, String name, Vdso.Function function) {
        Integer number = CALLS.get(name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
        code.position(function.offset());
        if (number == null) {
            code.put((byte) 0x0f).put((byte) 0x0b);
        } else {
            code.put((byte) 0xb8)
                    .putInt(number)
                    .put((byte) 0x0f)
                    .put((byte) 0x05)
                    .put((byte) 0xc3);
        }
    }
}
