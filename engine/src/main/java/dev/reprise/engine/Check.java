package dev.reprise.engine;

import dev.reprise.engine.model.Feature;
import java.util.List;

/** Tells what this kernel, user and machine allow. */
public final class Check {
    private Check() {}

    /** Every feature that Reprise can use, each probed just now. */
    public static List<Feature> machine() {
        return List.of();
    }
}
