package io.quorate.chaos.nemesis;

import io.quorate.chaos.clock.ClockJump;
import io.quorate.chaos.network.NodeNetwork;
import io.quorate.chaos.process.SmallDisk;
import java.util.EnumSet;
import java.util.Set;

/** What a machine has to allow for some acts. */
public enum Means {
    CUTS("links are not cut: that wants network namespaces"),
    BAD_LINKS("links lose and delay nothing: that wants network namespaces, and a /dev/net/tun that may be opened"),
    SMALL_DISKS("no disk is full: that wants to mount one (root)"),
    CLOCKS("no clock jumps: that wants a Java with the module jdk.attach");

    private final String missing;

    Means(String missing) {
        this.missing = missing;
    }

    /** Whatever this process has, with its nodes on a network. */
    public static Set<Means> of(NodeNetwork network) {
        Set<Means> means = EnumSet.noneOf(Means.class);
        add(means, CUTS, network.cuts());
        add(means, BAD_LINKS, network.degrades());
        add(means, SMALL_DISKS, SmallDisk.allowed());
        add(means, CLOCKS, ClockJump.allowed());
        return means;
    }

    private static void add(Set<Means> means, Means one, boolean there) {
        if (there) {
            means.add(one);
        }
    }

    /** What is not done without it, and why, for people. */
    public String missing() {
        return missing;
    }
}
