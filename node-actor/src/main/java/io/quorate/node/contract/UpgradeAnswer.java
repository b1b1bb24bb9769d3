package io.quorate.node.contract;

import java.util.List;

/**
 * What a leader says to an {@link UpgradeWish}, or to a wish that it be finalized.
 *
 * @param findings what speaks against it, a line each; it was begun where there are none
 * @param plan the plan, if one could be made; none or one
 * @param backup file that was taken before, on the leader; empty where none was
 */
public record UpgradeAnswer(List<String> findings, List<UpgradePlan> plan, String backup) {
    public UpgradeAnswer {
        findings = List.copyOf(findings);
        plan = List.copyOf(plan);
    }

    public static UpgradeAnswer against(List<String> findings) {
        return new UpgradeAnswer(findings, List.of(), "");
    }
}
