package io.quorate.simulations.scenario;

import io.quorate.simulations.cluster.SimulatedCluster;
import io.quorate.simulations.schedule.Disturbance;
import io.quorate.simulations.world.SimulatedNode;
import java.time.Duration;

/** A cluster as the nemesis has it: whole nodes, and an operator. */
record OperatedCluster(SimulatedCluster cluster, Operator operator) implements Nemesis.Operated {
    @Override
    public void start(SimulatedNode node) {
        if (operator.mayStart(node.name())) {
            cluster.node(node.name()).start();
        }
    }

    @Override
    public boolean isFragile() {
        return false;
    }

    @Override
    public void operate(Disturbance what, Duration lasts) {
        switch (what) {
            case Disturbance.Join(String node) -> operator.join(node);
            case Disturbance.Leave(String node) -> operator.leave(node);
            case Disturbance.Remove(String node) -> operator.remove(node, lasts);
            case Disturbance.LoseMajority(String survivor) -> operator.loseMajority(survivor, lasts);
            default -> throw new IllegalArgumentException(what.word() + " is for a group");
        }
    }
}
