package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Memory that processes of a set share with processes outside it: one pass over /proc, and only if there is such memory. */
final class SharedMemoryLook {
    private SharedMemoryLook() {}

    /** {@code spaces} by process, after their own look. */
    static List<Refusal> of(Map<Member, AddressSpaceCapture> spaces, ProcessSet set, MemoryFates fates)
            throws KernelException {
        List<Refusal> refusals = new ArrayList<>(SystemVMemory.look(set));
        Map<DeviceInode, String> places = new TreeMap<>(DeviceInode.ORDER);
        for (Map.Entry<Member, AddressSpaceCapture> space : spaces.entrySet()) {
            for (Map.Entry<DeviceInode, Mapping> object :
                    space.getValue().sharedMemory().entrySet()) {
                String range = "mapping " + object.getValue().range();
                if (places.containsKey(object.getKey())
                        && object.getValue().shared()
                        && HugePages.isAnonymous(object.getValue().path())) {
                    refusals.add(new Refusal(
                            "huge pages of several processes",
                            range,
                            "shared ones are saved for one process only",
                            ""));
                }
                places.putIfAbsent(
                        object.getKey(),
                        set.isForest() ? range + " of " + space.getKey().text() : range);
            }
        }
        for (Map.Entry<DeviceInode, Integer> user :
                SharedMemoryUsers.outside(set, places.keySet()).entrySet()) {
            if (!fates.isCut(user.getKey())) {
                refusals.add(fates.refusal(user.getKey(), places.getOrDefault(user.getKey(), ""), user.getValue()));
            }
        }
        refusals.addAll(fates.unknown(places.keySet(), set.text()));
        return refusals;
    }
}
