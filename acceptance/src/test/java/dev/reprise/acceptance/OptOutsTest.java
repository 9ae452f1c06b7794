package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.Explain;
import dev.reprise.engine.model.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What guests opt out of is written down, like what is skipped; everything else must not be in anybody's way. */
class OptOutsTest {
    @Test
    void everyOptOutOfAWayHasItsRule() {
        List<String> without = new ArrayList<>();
        for (Guest guest : Guest.all()) {
            for (Way way : Way.values()) {
                if (guest.optOuts().containsKey(way.id()) && !ExpectedSkips.contain(guest, way)) {
                    without.add(guest.name() + " " + way.id());
                }
            }
        }
        assertThat(without).as("not in acceptance/expected-skips.txt").isEmpty();
    }

    @Test
    void unreadInotifyEventsAreRefusedByName() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("inotify_unread_events"))) {
            assertThat(Explain.process(guest.pid()).refusals())
                    .extracting(Refusal::resource)
                    .containsExactly("unread inotify events");
            guest.passes(guest.pid(), 60_000);
        }
    }
}
