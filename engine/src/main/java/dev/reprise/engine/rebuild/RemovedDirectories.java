package dev.reprise.engine.rebuild;

import dev.reprise.image.state.FileIdentity;
import java.util.HashMap;
import java.util.Map;

/** Which descriptor leads to which directory without a name, so that each is made once. */
final class RemovedDirectories {
    private record Inode(int device, long inode) {}

    private final Map<Inode, Integer> numbers = new HashMap<>();

    /** A descriptor of the same directory, or -1. */
    int numberOf(FileIdentity directory) {
        return numbers.getOrDefault(new Inode(directory.device(), directory.inode()), -1);
    }

    void add(FileIdentity directory, int number) {
        numbers.putIfAbsent(new Inode(directory.device(), directory.inode()), number);
    }
}
