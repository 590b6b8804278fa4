// The nodes of one machine, `s=<machine>.<Name>`, and a function that sets one of them.
import { DataType, StatusCodes } from 'node-opcua';

// UnitId is the code's characters as one number. Source: OPC 10000-8, 5.6.4.3; UN/ECE Rec 20.
const UNECE = 'http://www.opcfoundation.org/UA/units/un/cefact';
const unit = (code) => ({
  namespaceUri: UNECE,
  unitId: Buffer.from(code).reduce((id, byte) => id * 256 + byte, 0),
  displayName: code,
  description: code,
});

const COUNTERS = {
  good: ['GoodCount', DataType.UInt32, 'C62'],
  scrap: ['ScrapCount', DataType.UInt32, 'C62'],
  material: ['MaterialCount', DataType.Double, 'KGM'],
};
const CONTEXT = {
  state: ['State', DataType.Int32],
  mode: ['Mode', DataType.Int32],
  order: ['CurrentOrder', DataType.String],
  lot: ['CurrentLot', DataType.String],
  materialLot: ['MaterialLot', DataType.String],
  reason: ['ScrapReason', DataType.String],
};

// Setters by the field of a step: (value, source time).
export function nodesOf(space, namespace, machine, history) {
  const folder = namespace.addObject({
    organizedBy: space.rootFolder.objects,
    browseName: machine,
    nodeId: `s=${machine}`,
  });
  const common = ([browseName, dataType]) => ({
    componentOf: folder,
    browseName,
    dataType,
    nodeId: `s=${machine}.${browseName}`,
    minimumSamplingInterval: 0,
  });
  const setter = (node, dataType) => {
    if (history) space.installHistoricalDataNode(node, { maxOnlineValues: 100_000 });
    return (value, at) => node.setValueFromSource({ dataType, value }, StatusCodes.Good, at);
  };
  const counters = Object.entries(COUNTERS).map(([field, [name, type, code]]) => {
    const node = namespace.addAnalogDataItem({
      ...common([name, type]),
      engineeringUnits: unit(code),
      engineeringUnitsRange: { low: 0, high: 4_000_000_000 },
    });
    return [field, setter(node, type)];
  });
  const context = Object.entries(CONTEXT).map(([field, [name, type]]) => {
    return [field, setter(namespace.addVariable(common([name, type])), type)];
  });
  return Object.fromEntries([...context, ...counters]);
}
