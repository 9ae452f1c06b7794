package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.Image;
import dev.reprise.kernel.KernelException;
import java.util.List;

/** A restore up to the point where something would run. */
public final class EnemyPlan {
    private EnemyPlan() {}

    /** Plans; nothing is started. */
    public static void of(PageSource source, RestoreOptions options) throws RestoreException, KernelException {
        Image image = source.image();
        RestorePlanner planner = new RestorePlanner(image, options, ClockRebuild.Here.now(), LocalVdso.ask(), false);
        FileVerification.differences(planner.checks());
        switch (source) {
            case PageSource.InPlace file -> {
                planner.plan(file.path().toString(), LazySplit.none(file.batches()), 2);
                planner.plan(file.path().toString(), LazySplit.of(image, file.batches()), 2);
            }
            case PageSource.Streamed _ -> planner.plan("", LazySplit.none(List.of()), 0);
        }
    }
}
