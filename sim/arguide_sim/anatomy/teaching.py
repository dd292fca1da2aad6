"""What the trainee reads before and during the lumbar facet-joint exercise, and on every phantom."""

TITLE = "Lumbar facet-joint injection"

SUMMARY = "Needle into the posterior part of a lumbar facet joint, prone patient, axial path 15 to 30 degrees oblique."

PROCEDURE = "facet-joint injection"

TEACHING = (
    (
        "The facet joints pair the vertebrae behind the spinal canal. The joint space is a curved slit about 2 mm wide "
        "between the superior articular process of the lower vertebra, in front and to the side, and the inferior process "
        "of the upper one, behind and toward the midline. It opens backward and to the side, so the needle comes from there."
    ),
    (
        "The patient lies prone. Count the levels from the sacrum upward: the broad sacrum, then L5 with its thick "
        "transverse processes, then L4. The path is chosen in the axial plane through the joint, so that it follows the rear "
        "part of the slit; at L4/L5 that is usually 15 to 30 degrees from the sagittal plane."
    ),
    (
        "Set the tip on the marked entry first and only then tilt the shaft onto the path. A wrong angle is easily put right "
        "under the skin and hardly at depth: look at the predicted miss before advancing further."
    ),
    (
        "Bone on the way is most often the lamina or the inferior process (too medial) or the superior process and the root "
        "of the transverse process (too lateral). Withdraw a little, correct the angle, go on; never bend the needle against "
        "bone."
    ),
    (
        "Beyond the joint lie the thecal sac, toward the midline, and the nerve root, in front of the superior process. "
        "Neither is near when the needle stops in the rear third of the joint: do not go deeper than the target. Aorta and "
        "vena cava lie in front of the vertebral bodies, far beyond a correct path."
    ),
)

GUIDANCE = (
    "Find the entry on the skin, align the shaft with the path, then advance in the axial plane until the tip lies in the "
    "posterior joint space. Stop at the target: the spinal canal lies beyond, toward the midline."
)

PHANTOM = (
    "This is a phantom: printed bones in gel, in a box. Register by the eight pits in its rim: each has its number beside it; "
    "set the tip of the stylus on the bottom of the pit and hold it still. The bones are where the screen shows them; nerves and "
    "vessels are not in the gel, but arguide knows where they would be and warns all the same."
)
