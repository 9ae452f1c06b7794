package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The multicast groups that the devices of our network namespace are in: /proc/net/igmp and igmp6. */
public final class MulticastGroups {
    private MulticastGroups() {}

    /** A device's index and a group's address. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Group(int device, byte[] address) {}

    /** Those of IPv4. */
    public static List<Group> v4() throws KernelException {
        return parseV4(Proc.text("/proc/self/net/igmp"));
    }

    /** Those of IPv6. */
    public static List<Group> v6() throws KernelException {
        try {
            return parseV6(Proc.text("/proc/self/net/igmp6"));
        } catch (KernelException failed) {
            if (failed.errno() == Errno.ENOENT) {
                return List.of(); // a kernel without IPv6
            }
            throw failed;
        }
    }

    // A line of a device, "1\tlo        : ...", then one of each of its groups, "\t\t\t\t010000E0 ...".
    static List<Group> parseV4(String text) {
        List<Group> groups = new ArrayList<>();
        int device = 0;
        for (String line : text.lines().skip(1).toList()) {
            String first = line.strip().split("\\s", 2)[0];
            if (line.startsWith("\t")) {
                byte[] turned = HexFormat.of().parseHex(first);
                groups.add(new Group(device, new byte[] {turned[3], turned[2], turned[1], turned[0]}));
            } else {
                device = Integer.parseInt(first);
            }
        }
        return groups;
    }

    // "1    lo              ff020000000000000000000000000001     1 0000000C 0"
    static List<Group> parseV6(String text) {
        List<Group> groups = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            groups.add(new Group(Integer.parseInt(words[0]), HexFormat.of().parseHex(words[2])));
        }
        return groups;
    }
}
