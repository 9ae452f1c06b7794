package dev.reprise.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Amounts {
    private Amounts() {}

    /** {@code 1 thread}, {@code 2 threads}. */
    static String count(long number, String noun) {
        String ending = noun.endsWith("s") ? "es" : "s";
        return number + " " + noun + (number == 1 ? "" : ending);
    }

    /** Bytes in binary units: {@code 12.3 MiB}. */
    static String bytes(long bytes) {
        String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
    }
}
