package dev.reprise.engine;

import dev.reprise.engine.model.Feature;
import dev.reprise.engine.model.Feature.Need;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;

/** The machine, and the form in which the tool runs on it. */
final class MachineProbes {
    private MachineProbes() {}

    static List<Feature> all() {
        return List.of(architecture(), xsave(), hugePages(), cgroups(), form());
    }

    /** The kernel's release, e.g. {@code 6.18.1}. */
    static String release() {
        return text("/proc/sys/kernel/osrelease", "unknown");
    }

    /** Whether a release is at least {@code major.minor}. */
    static boolean isAtLeast(String release, int major, int minor) {
        int dot = release.indexOf('.');
        int end = dot + 1;
        while (end < release.length() && Character.isDigit(release.charAt(end))) {
            end++;
        }
        if (dot <= 0 || end == dot + 1) {
            return false;
        }
        int itsMajor = Integer.parseInt(release.substring(0, dot));
        return itsMajor > major || itsMajor == major && Integer.parseInt(release.substring(dot + 1, end)) >= minor;
    }

    private static Feature architecture() {
        String name = System.getProperty("os.arch", "");
        return new Feature("x86-64", name.equals("amd64"), Need.REQUIRED, name + ", Linux " + release(), "everything");
    }

    private static Feature xsave() {
        List<String> parts = new ArrayList<>();
        String flags = cpuFlags();
        for (String flag : new String[] {"avx", "avx512f", "pku", "amx_tile"}) {
            if (flags.contains(" " + flag + " ")) {
                parts.add(flag);
            }
        }
        boolean there = flags.contains(" xsave ");
        String found = there ? "x87, sse" + (parts.isEmpty() ? "" : ", " + String.join(", ", parts)) : "no xsave";
        return new Feature("xsave", there, Need.REQUIRED, found, "vector registers");
    }

    private static String cpuFlags() {
        String info = text("/proc/cpuinfo", "");
        int at = info.indexOf("\nflags");
        int end = at < 0 ? -1 : info.indexOf('\n', at + 1);
        return end < 0 ? "" : info.substring(at, end).replace('\t', ' ') + " ";
    }

    private static Feature hugePages() {
        String setting = text("/sys/kernel/mm/transparent_hugepage/enabled", "none");
        boolean there = setting.contains("[always]") || setting.contains("[madvise]");
        return new Feature(
                "transparent huge pages", there, Need.OPTIONAL, setting, "loading memory quickly at restore");
    }

    private static Feature cgroups() {
        String version = isThere("/sys/fs/cgroup/cgroup.controllers")
                ? "version 2"
                : isThere("/sys/fs/cgroup") ? "version 1" : "none mounted";
        return new Feature(
                "cgroups", !version.startsWith("none"), Need.OPTIONAL, version, "what is to come: process sets");
    }

    private static boolean isThere(String path) {
        return !text(path, "").isEmpty() || java.nio.file.Files.exists(java.nio.file.Path.of(path));
    }

    private static Feature form() {
        boolean there = text("/proc/self/cmdline", "").contains("-XX:AOTCache=");
        String java = "Java " + Runtime.version();
        String found = there ? java + " with an AOT cache" : java + " without an AOT cache: run './reprise warm'";
        return new Feature("fast start", there, Need.OPTIONAL, found, "starting the tool in half the time");
    }

    private static String text(String path, String otherwise) {
        try {
            return Proc.text(path).strip();
        } catch (KernelException unreadable) {
            return otherwise;
        }
    }
}
