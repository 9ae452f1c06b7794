package dev.reprise.image.state;

/** One disposition, the kernel's struct sigaction; handler 0 is SIG_DFL, 1 SIG_IGN. */
public record SignalAction(int signal, long handler, long flags, long restorer, long mask) {
    private static final int SIGNALS = 64;

    public SignalAction {
        if (signal < 1 || signal > SIGNALS) {
            throw new IllegalArgumentException("signal " + signal);
        }
    }
}
