package io.quorate.chaos.nemesis;

import io.quorate.chaos.nemesis.Act.Kind;
import java.util.List;
import java.util.OptionalLong;

/**
 * What an act cost. Times in milliseconds.
 *
 * @param nodes whom it befell, by name
 * @param at from the begin of the run to the act
 * @param lasted from the act until it was mended
 * @param firstWrite from the act to the first acknowledgement of a write that began after it, through whoever it left alone; where it
 *     befell everybody, from when it was mended
 * @param replaced from the act until another voted in the place of the one that it befell, where one did
 * @param healthy from when it was mended until the cluster was highly available with all its nodes
 */
public record Cost(
        Kind kind,
        List<String> nodes,
        long at,
        long lasted,
        OptionalLong firstWrite,
        OptionalLong replaced,
        long healthy) {}
