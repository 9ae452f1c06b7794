package dev.reprise.kernel;

/** What the kernel says of the machine's processors. */
public final class Processors {
    private Processors() {}

    /** How many there can ever be: num_possible_cpus(). */
    public static int possible() throws KernelException {
        return count(Proc.text(Home.ours("/sys/devices/system/cpu/possible")));
    }

    /** One more than the highest number that a possible one has. */
    public static int numbers() throws KernelException {
        String text = Proc.text(Home.ours("/sys/devices/system/cpu/possible")).strip();
        return 1 + Integer.parseInt(text.substring(1 + Math.max(text.lastIndexOf('-'), text.lastIndexOf(','))));
    }

    /** The length of a list of ranges, "0-3,8". */
    static int count(String list) {
        int count = 0;
        for (String range : list.strip().split(",", -1)) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            count += last - first + 1;
        }
        return count;
    }
}
