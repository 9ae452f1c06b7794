package dev.reprise.engine;

import dev.reprise.engine.model.Feature;
import java.util.ArrayList;
import java.util.List;

/** Tells what this kernel, user and machine allow. */
public final class Check {
    private Check() {}

    /** Every feature that Reprise can use, each probed just now; nothing is changed by it. Some milliseconds. */
    public static List<Feature> machine() {
        List<Feature> features = new ArrayList<>();
        features.addAll(KernelProbes.all());
        features.addAll(PrivilegeProbes.all());
        features.addAll(MachineProbes.all());
        return List.copyOf(features);
    }
}
